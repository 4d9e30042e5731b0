import type { Kept, KeptChange } from './changes.js';
import type { EventStore } from './event-store.js';
import { isSealed } from './sealing.js';

type Opener = Pick<EventStore, 'openField'>;

/** Changes as somebody may read them: sealed values are opened now, those of erased persons read `{"erased": true}`. */
export async function openChanges(
  store: Opener,
  stream: string,
  changes: Readonly<Record<string, KeptChange>>,
): Promise<Record<string, { old: unknown; new: unknown }>> {
  const open = (kept: Kept | null, field: string): Promise<unknown> =>
    kept === null ? Promise.resolve(null) : openValue(store, stream, kept, kept.value, field);
  const entries = Object.entries(changes).map(async ([field, change]) => {
    const [before, after] = await Promise.all([open(change.old, field), open(change.new, field)]);
    return [field, { old: before, new: after }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** A field may be sealed whole, or hold sealed values deeper down. */
async function openValue(store: Opener, stream: string, kept: Kept, value: unknown, path: string): Promise<unknown> {
  if (typeof value !== 'object' || value === null || kept.subject === null) return value;
  if (isSealed(value)) {
    return store.openField({ stream, event_id: kept.event_id, path, subject: kept.subject, value });
  }
  const inside = await Promise.all(
    Object.entries(value).map(
      async ([name, child]) => [name, await openValue(store, stream, kept, child, `${path}.${name}`)] as const,
    ),
  );
  return Array.isArray(value) ? inside.map(([, child]) => child) : Object.fromEntries(inside);
}
