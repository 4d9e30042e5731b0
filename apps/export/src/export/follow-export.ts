import type { EventStore, Position, SubscribeOptions } from '@annals/event-store';
import type { Response } from '@annals/service';
import { exportAggregate, exportId } from './export-aggregate.js';
import type { Progress } from '../jobs/progress.js';
import { evolve, isOver, none, type ExportState } from './export.js';
import { operationOf } from './operation.js';

/** Tells those who wait that an export has new events. In this process; other processes have their own. */
export interface ExportChanges {
  announce(exportId: string): void;
  /** Resolves at the next announcement, or when the signal aborts. */
  next(exportId: string, signal: AbortSignal): Promise<void>;
}

export function exportChanges(): ExportChanges {
  const waiting = new Map<string, Set<() => void>>();
  return {
    announce: (id) => waiting.get(id)?.forEach((wake) => wake()),
    next: (id, signal) =>
      new Promise((done) => {
        const wakes = waiting.get(id) ?? new Set();
        waiting.set(id, wakes);
        const wake = () => {
          signal.removeEventListener('abort', wake);
          wakes.delete(wake);
          if (wakes.size === 0) waiting.delete(id);
          done();
        };
        wakes.add(wake);
        if (signal.aborted) wake();
        else signal.addEventListener('abort', wake, { once: true });
      }),
  };
}

/** Announces every new event of an export to those in this process who follow it. */
export function changeFollower(store: EventStore, changes: ExportChanges): SubscribeOptions {
  let position: Position | null = null;
  return {
    name: 'export followers',
    categories: [exportAggregate.category],
    open: false,
    // Who begins to follow reads the stream from its start, so nothing older than this process matters here.
    from: async () => (position ??= await lastPosition(store)),
    handle: async ({ events, checkpoint }) => {
      for (const event of events) changes.announce((event.data as { export_id: string }).export_id);
      position = checkpoint;
    },
  };
}

async function lastPosition(store: EventStore): Promise<Position | null> {
  for await (const event of store.readAll({ backwards: true, limit: 1, open: false })) return event.position;
  return null;
}

const heartbeatMs = 15_000;

export interface Following {
  store: EventStore;
  changes: ExportChanges;
  /** How far the step at hand is. */
  progressOf: (exportId: string) => Promise<Progress | null>;
  now: () => string;
}

/**
 * Writes one Server-Sent Event per event of the export, each with the whole operation, until it is over; and one without
 * id whenever the step at hand got on. The id of an event is its revision, so a client that comes back with
 * `Last-Event-ID` misses none and gets none twice.
 */
export async function followExport(
  { store, changes, progressOf, now }: Following,
  ids: { accountId: string; exportId: string },
  lastEventId: string | undefined,
  res: Response,
): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  // A comment now and then: whoever stands between takes a silent stream for a dead one.
  const heartbeat = setInterval(() => res.write(': still here\n\n'), heartbeatMs);
  gone.signal.addEventListener('abort', () => clearInterval(heartbeat), { once: true });
  const after = /^\d{1,15}$/.test(lastEventId ?? '') ? BigInt(lastEventId ?? '') : -1n;
  const write = (operation: unknown, revision?: bigint) => {
    const id = revision === undefined ? '' : `id: ${revision}\n`;
    res.write(`${id}event: progress\ndata: ${JSON.stringify(operation)}\n\n`);
  };
  let state: ExportState = none;
  let next = 0n;
  let told = '';
  while (!gone.signal.aborted) {
    // Asked for before reading, so that what happens during the reading is not missed.
    const changed = changes.next(ids.exportId, gone.signal);
    for await (const event of store.readStream(`${exportAggregate.category}-${exportId(ids.accountId, ids.exportId)}`, {
      from: next,
    })) {
      state = evolve(state, event);
      next = event.revision + 1n;
      if (event.revision > after && state.kind === 'known') write(operationOf(state, now()), event.revision);
    }
    if (state.kind === 'known' && isOver(state)) gone.abort();
    else if (state.kind === 'known') {
      const progress = await progressOf(ids.exportId);
      const seen = JSON.stringify(progress);
      if (progress && seen !== told) write(operationOf(state, now(), progress));
      told = seen;
    }
    await changed;
  }
}
