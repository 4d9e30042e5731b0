import type { EventContract, FieldPath } from '@annals/contracts';
import type { z } from 'zod';

/** A field that can hold text and has no mark. */
export interface TextField {
  path: FieldPath;
  /** What its schema lets through: a format, patterns, or nothing. */
  shape: string;
}

type Def = { type: string } & Record<string, unknown>;
const defOf = (schema: z.ZodType): Def => (schema as unknown as { _zod: { def: Def } })._zod.def;

/** Kinds of schemas that hold no text. Enumerations hold words of ours alone. */
const textless = new Set([
  'number',
  'int',
  'bigint',
  'boolean',
  'enum',
  'literal',
  'null',
  'undefined',
  'date',
  'never',
]);
const wrappers = new Set(['optional', 'nullable', 'default', 'prefault', 'readonly', 'nonoptional', 'catch']);

/**
 * Every field below a schema that can hold text, but for what is at or below a marked path. A kind that cannot be looked
 * into counts as text: it may hold anything.
 */
export function textFields(schema: z.ZodType, marked: readonly FieldPath[], path: FieldPath = []): TextField[] {
  if (marked.some((one) => one.length === path.length && one.every((name, index) => name === path[index]))) return [];
  const def = defOf(schema);
  const below = (child: unknown, name: string) => textFields(child as z.ZodType, marked, [...path, name]);
  if (textless.has(def.type)) return [];
  if (wrappers.has(def.type)) return textFields(def.innerType as z.ZodType, marked, path);
  switch (def.type) {
    case 'object':
      return Object.entries(def.shape as Record<string, z.ZodType>).flatMap(([name, child]) => below(child, name));
    case 'array':
      return below(def.element, '*');
    case 'record':
      return [...below(def.keyType, '{key}'), ...below(def.valueType, '*')];
    case 'union':
      return (def.options as z.ZodType[]).flatMap((option) => textFields(option, marked, path));
    case 'pipe':
      return textFields(def.in as z.ZodType, marked, path);
    case 'string':
      return [{ path, shape: shapeOf(def) }];
    default:
      return [{ path, shape: def.type }];
  }
}

interface Check {
  check?: string;
  format?: string;
  pattern?: RegExp;
}

/** Only what narrows which texts there are: lengths and rewriting do not. */
function shapeOf(def: Def): string {
  const checks = (def.checks as { _zod: { def: Check } }[] | undefined) ?? [];
  const formats = [def as Check, ...checks.map((check) => check._zod.def)].flatMap(({ format, pattern }) =>
    format === undefined ? [] : [format === 'regex' ? `/${pattern!.source}/` : format],
  );
  return formats.join(' ') || 'text';
}

/** Shapes in which nothing about a person can be said: ids, moments, hashes, times of day, colours, ranges of networks. */
const impersonal = new Set([
  ...['uuid', 'datetime', 'cidrv4', 'cidrv6'],
  ...['/^[0-9a-f]{64}$/', '/^([01]\\d|2[0-3]):[0-5]\\d$/', '/^(auto|#[0-9a-fA-F]{6})$/'],
]);

/** Why fields without a mark may hold text. A field is named by its event and path, or by `*.` and its path in any event. */
export type Reasons = Readonly<Record<string, string>>;

/** Fields of events that can hold text, have no mark, no impersonal shape and no reason: what a build must not have. */
export function unmarkedFields(events: readonly EventContract[], reasons: Reasons): string[] {
  return candidates(events)
    .filter(({ event, path }) => !(`${event}.${path}` in reasons) && !(`*.${path}` in reasons))
    .map(({ event, path, shape }) => `${event}.${path} (${shape})`);
}

/** Reasons that no field needs any more. */
export function idleReasons(events: readonly EventContract[], reasons: Reasons): string[] {
  const needed = new Set(candidates(events).flatMap(({ event, path }) => [`${event}.${path}`, `*.${path}`]));
  return Object.keys(reasons).filter((name) => !needed.has(name));
}

const candidates = (events: readonly EventContract[]) =>
  events.flatMap(({ type, data, personalFields }) =>
    textFields(
      data,
      personalFields.map(({ path }) => path),
    )
      .filter(({ shape }) => !impersonal.has(shape))
      .map(({ path, shape }) => ({ event: type, path: path.join('.'), shape })),
  );
