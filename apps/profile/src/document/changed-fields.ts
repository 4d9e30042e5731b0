import { isDeepStrictEqual } from 'node:util';

/** The named fields that differ, with their new value; null for one that is gone. The order of keys is no difference. */
export function changedFields<D extends object>(
  names: readonly (keyof D & string)[],
  before: D,
  after: D,
): { [F in keyof D]?: D[F] | null } {
  const changed: { [F in keyof D]?: D[F] | null } = {};
  for (const name of names) {
    const next = after[name] ?? null;
    if (!isDeepStrictEqual(before[name] ?? null, next)) changed[name] = next;
  }
  return changed;
}
