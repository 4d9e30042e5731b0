import { isErased } from '@annals/event-store';

/**
 * Fields after an update event: absent in `data` keeps, null removes. A value whose key was destroyed counts as
 * removed, so that a shredded person's document is empty rather than full of markers.
 */
export function applyChanges<V extends object>(
  names: readonly (keyof V & string)[],
  fields: V,
  data: Readonly<Record<string, unknown>>,
): V {
  const next = { ...fields };
  for (const name of names) {
    const value = data[name];
    if (value === undefined) continue;
    if (value === null || isErased(value)) delete next[name];
    else next[name] = value as V[typeof name];
  }
  return next;
}
