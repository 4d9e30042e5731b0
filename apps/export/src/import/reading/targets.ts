import { ImportedMember, ImportedSelf, type ImportKind } from '@annals/contracts';
import type { z } from 'zod';

/** How the text of a cell becomes a value of a target. */
export type TargetType = 'text' | 'boolean' | 'number' | 'json';

interface Def {
  type: string;
  shape?: Record<string, z.ZodType>;
  innerType?: z.ZodType;
  in?: z.ZodType;
  values?: unknown[];
}
const defOf = (schema: z.ZodType): Def => (schema as unknown as { _zod: { def: Def } })._zod.def;

/** The schema inside of what makes it optional, or comes after it. */
function core(schema: z.ZodType): z.ZodType {
  const { innerType, in: first, type } = defOf(schema);
  if (innerType) return core(innerType);
  return type === 'pipe' && first ? core(first) : schema;
}

const simple: Readonly<Record<string, TargetType>> = { boolean: 'boolean', number: 'number', int: 'number' };
const structures = new Set(['array', 'record', 'tuple', 'union']);

/** Every place of a schema that a column may fill, by its dotted name; an object can be filled whole as JSON too. */
function targetsIn(schema: z.ZodType, above: readonly string[]): [string, TargetType][] {
  const { type, shape } = defOf(core(schema));
  const name = above.join('.');
  if (!shape) return [[name, simple[type] ?? (structures.has(type) ? 'json' : 'text')]];
  const inner = Object.entries(shape).flatMap(([key, child]) => targetsIn(child, [...above, key]));
  return above.length > 0 ? [[name, 'json'], ...inner] : inner;
}

const targets: Readonly<Record<ImportKind, ReadonlyMap<string, TargetType>>> = {
  members: new Map(targetsIn(ImportedMember, [])),
  self: new Map(targetsIn(ImportedSelf, [])),
};

/** Places whose names a person makes: each has texts of its own below it. */
const open = ['profile.social_links'];

/** What a column named like this would fill; undefined when there is no such place. */
export function targetType(kind: ImportKind, name: string): TargetType | undefined {
  const known = targets[kind].get(name);
  if (known) return known;
  return open.some((place) => name.startsWith(`${place}.`) && /^[^.]+$/.test(name.slice(place.length + 1)))
    ? 'text'
    : undefined;
}

/** All places by name. */
export const targetNames = (kind: ImportKind): string[] => [...targets[kind].keys()];
