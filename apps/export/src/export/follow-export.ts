import type { EventStore, Position, SubscribeOptions } from '@annals/event-store';
import type { Response } from '@annals/service';
import { exportAggregate, exportId } from './export-aggregate.js';
import type { Progress } from '../jobs/progress.js';
import { followStream } from '../following/follow-stream.js';
import { evolve, isOver, none } from './export.js';
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

/** Announces every new event of an export or an import to those in this process who follow it. */
export function changeFollower(store: EventStore, changes: ExportChanges): SubscribeOptions {
  let position: Position | null = null;
  return {
    name: 'export followers',
    categories: [exportAggregate.category, 'import'],
    open: false,
    // Who begins to follow reads the stream from its start, so nothing older than this process matters here.
    from: async () => (position ??= await lastPosition(store)),
    handle: async ({ events, checkpoint }) => {
      for (const { data } of events) changes.announce(String(data.export_id ?? data.import_id));
      position = checkpoint;
    },
  };
}

async function lastPosition(store: EventStore): Promise<Position | null> {
  for await (const event of store.readAll({ backwards: true, limit: 1, open: false })) return event.position;
  return null;
}

export interface Following {
  store: EventStore;
  changes: ExportChanges;
  /** How far the step at hand is. */
  progressOf: (exportId: string) => Promise<Progress | null>;
  now: () => string;
}

/** Each event of an export as it happens, and how far the step at hand is in between. */
export const followExport = (
  { store, changes, progressOf, now }: Following,
  ids: { accountId: string; exportId: string },
  lastEventId: string | undefined,
  res: Response,
): Promise<void> =>
  followStream(
    {
      ...{ store, changes, initial: none, evolve },
      stream: `${exportAggregate.category}-${exportId(ids.accountId, ids.exportId)}`,
      shown: (state) => (state.kind === 'known' ? operationOf(state, now()) : undefined),
      isOver: (state) => state.kind === 'known' && isOver(state),
      between: async (state) => {
        const progress = await progressOf(ids.exportId);
        return progress && state.kind === 'known' ? [progress, operationOf(state, now(), progress)] : undefined;
      },
    },
    ids.exportId,
    lastEventId,
    res,
  );
