import { z } from 'zod';

type Def = { type: string } & Record<string, unknown>;
const defOf = (schema: z.ZodType): Def => schema._zod.def as unknown as Def;

/**
 * Holds a body schema to refusing unknown fields. A plain object at the top is made strict; one further in, which would
 * drop unknown fields in silence, is an error of the contract.
 * @throws Error naming the first place
 */
export function requireStrict(route: string, schema: z.ZodType): z.ZodType {
  const top = schema instanceof z.ZodObject && defOf(schema).catchall === undefined ? schema.strict() : schema;
  const loose = firstLoose(top, 'body', new Set());
  if (loose) throw new Error(`${route}: ${loose} lets unknown fields pass: use z.strictObject`);
  return top;
}

function firstLoose(schema: z.ZodType, path: string, seen: Set<z.ZodType>): string | undefined {
  if (seen.has(schema)) return undefined;
  seen.add(schema);
  const def = defOf(schema);
  if (def.type === 'object' && def.catchall === undefined) return path;
  for (const [name, child] of childrenOf(def)) {
    const loose = firstLoose(child, name ? `${path}.${name}` : path, seen);
    if (loose) return loose;
  }
  return undefined;
}

/** The schemas directly inside a schema that see what the client sent, with their names in the data. */
function childrenOf(def: Def): [string, z.ZodType][] {
  const one = (child: unknown, name = ''): [string, z.ZodType][] => [[name, child as z.ZodType]];
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape as Record<string, z.ZodType>);
    case 'array':
      return one(def.element, '*');
    case 'record':
      return one(def.valueType, '*');
    case 'tuple':
      return (def.items as z.ZodType[]).map((item, index) => [String(index), item]);
    case 'union':
      return (def.options as z.ZodType[]).map((option) => ['', option]);
    case 'intersection':
      return [...one(def.left), ...one(def.right)];
    case 'pipe':
      return one(def.in);
    default:
      return def.innerType ? one(def.innerType) : [];
  }
}
