import type { DomainEvent } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import type { Response } from '@annals/service';
import type { ExportChanges } from '../export/follow-export.js';

const heartbeatMs = 15_000;

/** A long-running operation that is followed by its events. */
export interface Followed<S> {
  store: EventStore;
  changes: ExportChanges;
  /** Its stream of events. */
  stream: string;
  initial: S;
  evolve: (state: S, event: DomainEvent) => S;
  /** The operation as clients see it. */
  shown: (state: S) => unknown;
  isOver: (state: S) => boolean;
  /** What tells whether it got on without an event, and the operation then; undefined when there is nothing to tell. */
  between: (state: S) => Promise<readonly [seen: unknown, operation: unknown] | undefined>;
}

/**
 * Writes one Server-Sent Event per event, each with the whole operation, until it is over; and one without id whenever it
 * got on in between. The id of an event is its revision, so a client that comes back with `Last-Event-ID` misses none and
 * gets none twice.
 */
export async function followStream<S>(
  { store, changes, stream, initial, evolve, shown, isOver, between }: Followed<S>,
  id: string,
  lastEventId: string | undefined,
  res: Response,
): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  // A comment now and then: whoever stands between takes a silent stream for a dead one. And a look, for what happened
  // before this process, just started, heard of any event.
  const heartbeat = setInterval(() => {
    res.write(': still here\n\n');
    changes.announce(id);
  }, heartbeatMs);
  gone.signal.addEventListener('abort', () => clearInterval(heartbeat), { once: true });
  const after = /^\d{1,15}$/.test(lastEventId ?? '') ? BigInt(lastEventId ?? '') : -1n;
  const write = (operation: unknown, revision?: bigint) => {
    const idLine = revision === undefined ? '' : `id: ${revision}\n`;
    res.write(`${idLine}event: progress\ndata: ${JSON.stringify(operation)}\n\n`);
  };
  let state = initial;
  let next = 0n;
  let told = '';
  while (!gone.signal.aborted) {
    // Asked for before reading, so that what happens during the reading is not missed.
    const changed = changes.next(id, gone.signal);
    for await (const event of store.readStream(stream, { from: next })) {
      state = evolve(state, event);
      next = event.revision + 1n;
      if (event.revision > after) write(shown(state), event.revision);
    }
    if (isOver(state)) gone.abort();
    else {
      const [seen, operation] = (await between(state)) ?? [];
      const telling = JSON.stringify(seen) ?? '';
      if (operation && telling !== told) write(operation);
      told = telling;
    }
    await changed;
  }
}
