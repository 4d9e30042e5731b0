import { type EventStore, streamName } from '@annals/event-store';
import { LRUCache } from 'lru-cache';
import { dayOf, type Person, trackedDay } from './tracked.js';

/** After midnight, for as long some request of the day before, or some clock that is behind, may still add to it. */
const unsettledMs = 10 * 60 * 1000;
/** Ids held at most, and one for each day; an id takes about 100 bytes. */
const held = 200_000;

/**
 * Whether a batch came on the day before. A key counts for 24 hours, so a repetition after midnight finds its first sending
 * there. A day that is over gets no more, so it is read once and remembered; nothing in it is opened.
 */
export function yesterdaysBatches(
  store: Pick<EventStore, 'readStream'>,
): (owner: Person, batchId: string, now: string) => Promise<boolean> {
  const settled = new LRUCache<string, ReadonlySet<string>>({
    maxSize: held,
    sizeCalculation: (ids) => 1 + ids.size,
  });

  async function read(stream: string): Promise<Set<string>> {
    const ids = new Set<string>();
    for await (const event of store.readStream(stream, { open: false })) ids.add(String(event.data.batch_id));
    return ids;
  }

  return async (owner, batchId, now) => {
    const stream = streamName(trackedDay.category, dayOf(owner, now, 1));
    const known = settled.get(stream);
    if (known) return known.has(batchId);
    const ids = await read(stream);
    if (Date.parse(now) - Date.parse(now.slice(0, 10)) >= unsettledMs) settled.set(stream, ids);
    return ids.has(batchId);
  };
}
