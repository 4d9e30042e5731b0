import { type EventLog } from './event-log.js';
import { type RecordedEvent, tombstoneRevision } from './event.js';
import { lookUpStream, readStream } from './read-stream.js';
import { readAll } from './read-all.js';

export type Followed =
  | { kind: 'events'; events: readonly RecordedEvent[] }
  /** Everything there was has been given; said once. */
  | { kind: 'caught-up' }
  /** The stream is tombstoned; nothing follows. */
  | { kind: 'stream-deleted' };

/**
 * The log after a position, for ever: read on, and at the end wait for the next commit. One loop for catching up and for living leaves no seam where an
 * event could fall through. Ends when `signal` aborts.
 */
export async function* followAll(log: EventLog, after: number, signal: AbortSignal): AsyncGenerator<Followed> {
  let position = after;
  let caughtUp = false;
  while (!signal.aborted) {
    const seen = log.commits.position();
    for await (const events of readAll(log, position + 1, 'forwards')) {
      yield { kind: 'events', events };
      position = events.at(-1)?.position ?? position;
    }
    // The end may be higher than the last event there is, after a scavenge.
    position = Math.max(position, seen);
    if (!caughtUp && log.commits.position() <= position) {
      caughtUp = true;
      yield { kind: 'caught-up' };
    }
    await log.commits.past(position, signal);
  }
}

/** A stream after a revision, for ever. A stream that does not exist yet is waited for. */
export async function* followStream(
  log: EventLog,
  stream: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<Followed> {
  let revision = after;
  let caughtUp = false;
  while (!signal.aborted) {
    // Taken before the look at the stream: a commit in between wakes the wait below at once.
    const seen = log.commits.position();
    const presence = await lookUpStream(log, stream);
    if (presence.kind === 'deleted') {
      yield { kind: 'stream-deleted' };
      return;
    }
    if (presence.kind === 'found') {
      for await (const events of readStream(log, stream, presence.state, revision + 1, 'forwards')) {
        yield { kind: 'events', events };
        revision = events.at(-1)?.revision ?? revision;
      }
    }
    if (!caughtUp) {
      caughtUp = true;
      yield { kind: 'caught-up' };
    }
    await log.commits.past(seen, signal);
  }
}

/** Where "from the end" starts for a stream: its last revision, or before the first. */
export async function endOfStream(log: EventLog, stream: string): Promise<number> {
  const presence = await lookUpStream(log, stream);
  if (presence.kind === 'deleted') return tombstoneRevision;
  return presence.kind === 'found' ? presence.state.head : -1;
}
