import { comparePositions, encodePosition, type Batch, type Position, type Subscription } from '@annals/event-store';
import { moveCheckpoint, readCheckpoint } from './checkpoint.js';
import { standForLeader } from './leader.js';
import { listen } from './listen.js';
import { retryChannel } from './parked-events.js';
import { createReacting } from './react.js';
import type { RunReactorOptions } from './reactor.js';
import { withTransaction } from './transaction.js';

export interface ReactorStatus {
  name: string;
  role: 'leader' | 'follower';
  status: string;
  position: string | null;
  events_handled: number;
  /** Streams whose events wait because one of them could not be acted on. */
  parked_streams: number;
  error?: string;
}

export interface ReactorRunner {
  status(): ReactorStatus;
  /** Resolves when everything that was there at the call has been acted on or parked; at once in a follower. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/** Fewer than a projection's: after a crash the whole batch is acted on again. */
const batch = { maxEvents: 20, maxDelayMs: 5 };

/** Acts on events, for ever, in one process at a time. Its checkpoint lies in the same database as the projections'. */
export function runReactor(options: RunReactorOptions): ReactorRunner {
  const { reactor, pool, store, onError } = options;
  const key = { name: `reactor ${reactor.name}`, version: 1 };
  let wake: () => void = () => undefined;
  const reacting = createReacting({
    ...options,
    onParked: (event, error) => {
      options.onParked?.(event, error);
      wake();
    },
  });
  let position: Position | null = null;
  let subscription: Subscription | undefined;
  let settled: () => void;
  const roleKnown = new Promise<void>((resolve) => {
    settled = resolve;
  });

  async function handle({ events, checkpoint }: Batch): Promise<void> {
    const from = position;
    const live = subscription?.state().status === 'live';
    for (const event of events) {
      if (!from || comparePositions(event.position, from) > 0) await reacting.react(event, live);
    }
    if (from && comparePositions(checkpoint, from) <= 0) return;
    await withTransaction(pool, (tx) => moveCheckpoint(tx, key, from, checkpoint));
    position = checkpoint;
  }

  async function lead(lost: AbortSignal): Promise<void> {
    await reacting.begin();
    const mine = store.subscribe({
      name: key.name,
      categories: reactor.categories,
      types: Object.keys(reactor.on),
      batch,
      lazyCheckpoint: true,
      ...(reactor.open === undefined ? {} : { open: reactor.open }),
      from: async () => (position = (await readCheckpoint(pool, key)).position),
      handle,
    });
    subscription = mine;
    settled();
    await retryParkedUntil(lost);
    subscription = undefined;
    await mine.stop();
  }

  /** Sleeps until the next parked event is due, somebody asks for a retry, or something is parked. */
  async function retryParkedUntil(lost: AbortSignal): Promise<void> {
    const listener = listen(pool.url, retryChannel, (name) => name === reactor.name && wake(), {
      onConnected: () => wake(),
      ...(onError ? { onError } : {}),
    });
    lost.addEventListener('abort', () => wake(), { once: true });
    while (!lost.aborted) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const dueMs = await reacting.retryDue(lost).catch((error: unknown) => {
        onError?.(error as Error);
        return longestSleepMs;
      });
      if (lost.aborted) break;
      const timer = setTimeout(() => wake(), Math.min(dueMs ?? longestSleepMs, longestSleepMs));
      await woken;
      clearTimeout(timer);
    }
    await listener.stop();
  }

  const leadership = standForLeader({
    url: pool.url,
    name: key.name,
    lead,
    follow: () => settled(),
    ...(onError ? { onError } : {}),
  });

  return {
    status() {
      const state = subscription?.state();
      return {
        name: reactor.name,
        role: state ? 'leader' : 'follower',
        status: state?.status ?? 'following',
        position: position && encodePosition(position),
        events_handled: state?.events_handled ?? 0,
        parked_streams: reacting.parkedStreams(),
        ...(state?.error ? { error: state.error.message } : {}),
      };
    },
    async caughtUp() {
      await roleKnown;
      await subscription?.caughtUp();
    },
    stop: () => leadership.stop(),
  };
}

/** A timer's reach, in milliseconds: the clock of PostgreSQL decides, so look again now and then. */
const longestSleepMs = 60_000;
