import { type EventLog } from './event-log.js';
import { isMetastream, originalOf, type RecordedEvent } from './event.js';
import { growingPages } from './page-size.js';
import { type Direction } from './store.js';
import {
  isSoftDeleted,
  isTombstoned,
  lowestVisible,
  oldestVisible,
  stateOfMetastream,
  type StreamState,
  unwritten,
} from './stream-state.js';

export type StreamPresence = { kind: 'found'; state: StreamState } | { kind: 'not-found' } | { kind: 'deleted' };

/** How readers see a stream: soft-deleted is as good as never written. */
export async function lookUpStream(log: EventLog, stream: string): Promise<StreamPresence> {
  const original = originalOf(stream);
  const about = (await log.states.get([original])).get(original) ?? unwritten;
  if (isTombstoned(about)) return { kind: 'deleted' };
  const state = isMetastream(stream) ? stateOfMetastream(about) : about;
  return state.head < 0 || isSoftDeleted(state) ? { kind: 'not-found' } : { kind: 'found', state };
}

/**
 * Visible events of a stream as known at the start, page by page; `from` is included.
 * What `$tb`, `$maxCount` and `$maxAge` hide is skipped.
 */
export async function* readStream(
  log: EventLog,
  stream: string,
  state: StreamState,
  from: number,
  direction: Direction,
): AsyncGenerator<RecordedEvent[]> {
  const lowest = lowestVisible(state);
  const oldest = oldestVisible(state, log.now()) ?? -Infinity;
  const pages = growingPages();
  const forwards = direction === 'forwards';
  let next = forwards ? Math.max(from, lowest) : Math.min(from, state.head);
  // The common load of a cached fold's tail ends here, without a question to the store.
  while (forwards ? next <= state.head : next >= lowest) {
    const limit = pages.limit();
    const page = await log.store.readStream(stream, next, direction, limit);
    const last = page.at(-1);
    if (last === undefined) return;
    pages.saw(page);
    const visible = page.filter((event) => event.revision >= lowest && event.created >= oldest);
    if (visible.length > 0) yield visible;
    if (page.length < limit) return;
    next = last.revision + (forwards ? 1 : -1);
  }
}
