import { z } from 'zod';

type Choices<S extends z.ZodRawShape> = { [K in keyof S]: z.ZodOptional<z.ZodNullable<S[K]>> };
type Sources<S extends z.ZodRawShape> = { [K in keyof S]: typeof Source };

/**
 * What somebody may choose: every field may be left out, null goes back to what holds without a choice, anything that is
 * not in the shape is refused.
 */
export function choices<S extends z.ZodRawShape>(shape: S): z.ZodObject<Choices<S>, z.core.$strict> {
  const optional = Object.entries(shape).map(([name, schema]) => [name, (schema as z.ZodType).nullish()]);
  return z.strictObject(Object.fromEntries(optional) as Choices<S>);
}

/** Where a value in force comes from: the person, the account's defaults, or the house's. */
export const Source = z.enum(['own', 'account', 'house']);
export type Source = z.infer<typeof Source>;

/** The source of every field of a shape. */
export function sources<S extends z.ZodRawShape>(shape: S): z.ZodObject<Sources<S>> {
  return z.object(Object.fromEntries(Object.keys(shape).map((name) => [name, Source])) as Sources<S>);
}
