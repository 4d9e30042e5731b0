import { setTimeout as pause } from 'node:timers/promises';
import { encodePosition, type EventStore, type PositionToken, type Subscription } from '@annals/event-store';
import { markLive, readCheckpoint } from './checkpoint.js';
import { followerCaughtUp } from './follower-caught-up.js';
import { standForLeader } from './leader.js';
import { makeIndexes } from './make-indexes.js';
import type { Pool } from './pool.js';
import { createProjector, type BatchReport } from './projector.js';
import { followProgress, furthestOf } from './progress.js';
import type { Projection } from './projection.js';
import type { ProjectionStatus } from './projection-status.js';

export interface RunProjectionOptions {
  projection: Projection;
  pool: Pool;
  store: EventStore;
  /** Events per transaction at most (500, and 2,000 while catching up, unless said) and how long to wait for more, in milliseconds (5). */
  batch?: { maxEvents?: number; catchUpEvents?: number; maxDelayMs?: number; busyDelayMs?: number };
  /** Told after each committed batch: for metrics. */
  onBatch?: (report: BatchReport) => void;
  /** Told each failure, also those that are tried again: for the log. */
  onError?: (error: Error) => void;
}

export interface ProjectionRunner {
  readonly projection: Projection;
  /**
   * Resolves when the rows show everything up to these positions. Tokens of categories it does not read are passed over.
   * @throws Problem 503 `projection-behind` with Retry-After when it takes longer than `timeoutMs`
   */
  waitFor(tokens: readonly PositionToken[], timeoutMs: number): Promise<void>;
  status(): ProjectionStatus;
  /** Resolves when everything that was there at the call is in the rows. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Between two tries to make indexes. */
const retryMs = 1_000;

/**
 * Keeps a projection's rows up to date, for ever. Start it in every process of a service: one of them leads, the
 * others follow its progress and take over when it is gone.
 */
export function runProjection(options: RunProjectionOptions): ProjectionRunner {
  const { projection, pool, store, onError } = options;
  const progress = followProgress(pool, projection, onError);
  const stopping = new AbortController();
  const types = Object.keys(projection.on);
  const projector = createProjector({ ...options, onCommitted: (position) => progress.advance(position) });
  let subscription: Subscription | undefined;
  let role: ProjectionStatus['role'] = 'starting';
  let settled: () => void;
  const roleKnown = new Promise<void>((resolve) => {
    settled = resolve;
  });
  const become = (next: ProjectionStatus['role']) => {
    role = next;
    settled();
  };

  /** Done once everything there was is in the rows; tried until it succeeds or the lead is lost. */
  async function finish(lost: AbortSignal): Promise<void> {
    while (!lost.aborted) {
      try {
        if (!(await readCheckpoint(pool, projection)).wasLive) await makeIndexes(pool, projection);
        await markLive(pool, projection);
        return progress.becomeLive();
      } catch (error) {
        onError?.(error as Error);
        await pause(retryMs, undefined, { signal: lost }).catch(() => undefined);
      }
    }
  }

  async function lead(lost: AbortSignal): Promise<void> {
    // Batches wait while indexes are made: they could not be written anyway.
    let finishing: Promise<void> = Promise.resolve();
    const mine = store.subscribe({
      name: `projection ${projection.name}@${projection.version}`,
      categories: projection.categories,
      ...(types.length > 0 ? { types } : {}),
      ...(projection.open === undefined ? {} : { open: projection.open }),
      batch: { catchUpEvents: 2_000, ...options.batch },
      from: async () => {
        const { position } = await readCheckpoint(pool, projection);
        projector.startAt(position);
        if (position) progress.advance(position);
        return position;
      },
      handle: async (batch) => {
        await finishing;
        await projector.handle(batch, mine.state().status === 'live');
      },
    });
    subscription = mine;
    become('leader');
    const caughtUp = mine.caughtUp().then(() => {
      finishing = finish(lost);
    });
    caughtUp.catch((error: unknown) => {
      if (!lost.aborted) onError?.(error as Error);
    });
    await new Promise<void>((resolve) => {
      if (lost.aborted) resolve();
      lost.addEventListener('abort', () => resolve(), { once: true });
    });
    subscription = undefined;
    become('follower');
    await mine.stop();
    await finishing;
  }

  const leadership = standForLeader({
    url: pool.url,
    name: `projection ${projection.name}@${projection.version}`,
    lead,
    follow: () => become('follower'),
    ...(onError ? { onError } : {}),
  });

  return {
    projection,
    async waitFor(tokens, timeoutMs) {
      const furthest = furthestOf(tokens, projection.categories);
      if (furthest) await progress.waitFor(furthest, timeoutMs);
    },
    status() {
      const position = progress.position();
      return {
        name: projection.name,
        version: projection.version,
        role,
        position: position && encodePosition(position),
        ...projector.status(subscription?.state()),
      };
    },
    async caughtUp() {
      await roleKnown;
      const { categories } = projection;
      await (subscription?.caughtUp() ?? followerCaughtUp({ store, categories, progress, signal: stopping.signal }));
    },
    async stop() {
      stopping.abort();
      await leadership.stop();
      await progress.stop();
    },
  };
}
