import { type EventLog } from './event-log.js';
import { isMetastream, originalOf } from './event.js';
import {
  isTombstoned,
  lowestVisible,
  oldestVisible,
  stateOfMetastream,
  type StreamState,
  unwritten,
} from './stream-state.js';

const namesAtATime = 500;

/**
 * Removes for good what stream reads no longer show: events behind `$tb`, `$maxCount` and `$maxAge`, events of deleted streams, old metadata. As on the
 * real server the last event of a stream stays, for it keeps the stream's revision; of a tombstoned stream only the tombstone stays.
 * Safe beside appends and reads, since hidden events stay hidden. Answers how many events went.
 */
export async function scavenge(log: EventLog): Promise<number> {
  let removed = 0;
  let after = '';
  for (;;) {
    const names = await log.store.streamsAfter(after, namesAtATime);
    const states = await log.states.get([...new Set(names.map(originalOf))]);
    for (const name of names) {
      const about = states.get(originalOf(name)) ?? unwritten;
      removed += await scavengeStream(log, name, isMetastream(name) ? stateOfMetadata(about) : about);
    }
    const last = names.at(-1);
    if (last === undefined) return removed;
    after = last;
  }
}

/** Metadata of a tombstoned stream has a last event too, which its readers no longer see. */
const stateOfMetadata = (about: StreamState): StreamState => ({ ...stateOfMetastream(about), head: about.metaHead });

async function scavengeStream(log: EventLog, stream: string, state: StreamState): Promise<number> {
  const keepFrom = isTombstoned(state) ? state.head : Math.min(lowestVisible(state), state.head);
  let removed = keepFrom > 0 ? await log.store.truncate(stream, keepFrom, Number.MAX_SAFE_INTEGER) : 0;
  const oldest = oldestVisible(state, log.now());
  if (oldest !== undefined && state.head > keepFrom) removed += await log.store.truncate(stream, state.head, oldest);
  return removed;
}
