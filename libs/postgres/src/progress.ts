import { Problem } from '@annals/contracts';
import { comparePositions, decodePosition, type Position, type PositionToken } from '@annals/event-store';
import { readCheckpoint, progressChannel, type CheckpointKey } from './checkpoint.js';
import { listen } from './listen.js';
import type { Pool } from './pool.js';

/** How far a projection is, as this process knows it: from its own work when it leads, else from the leader's notices. */
export interface Progress {
  position(): Position | null;
  wasLive(): boolean;
  /** The projector has committed up to here. */
  advance(position: Position): void;
  /** Everything there was has been handled at least once, by whoever leads. */
  becomeLive(): void;
  /** @throws Problem 503 `projection-behind` when the position is not reached in time. */
  waitFor(position: Position, timeoutMs: number): Promise<void>;
  live(): Promise<void>;
  stop(): Promise<void>;
}

interface Waiter {
  position: Position;
  reached: () => void;
}

/** Waiting requests at most, per projection; more are refused rather than kept. */
const maxWaiters = 10_000;

export function followProgress(pool: Pool, key: CheckpointKey, onError?: (error: Error) => void): Progress {
  const label = `${key.name}@${key.version}`;
  let position: Position | null = null;
  let isLive = false;
  const waiters = new Set<Waiter>();
  const liveWaiters = new Set<() => void>();

  function advance(to: Position): void {
    if (position && comparePositions(to, position) <= 0) return;
    position = to;
    for (const waiter of waiters) {
      if (comparePositions(waiter.position, to) <= 0) waiter.reached();
    }
  }

  function becomeLive(): void {
    isLive = true;
    for (const resolve of liveWaiters) resolve();
    liveWaiters.clear();
  }

  async function look(): Promise<void> {
    const stored = await readCheckpoint(pool, key);
    if (stored.position) advance(stored.position);
    if (stored.wasLive) becomeLive();
  }

  const lookAgain = () => void look().catch((error: unknown) => onError?.(error as Error));
  const listener = listen(
    pool.url,
    progressChannel,
    (payload) => {
      const [who, at] = payload.split(' ');
      if (who !== label || !at) return;
      if (at === 'live') becomeLive();
      else advance(decodePosition(at));
    },
    { onConnected: lookAgain, onError },
  );

  function waitFor(target: Position, timeoutMs: number): Promise<void> {
    if (position && comparePositions(target, position) <= 0) return Promise.resolve();
    if (waiters.size >= maxWaiters) return Promise.reject(behind(key));
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => () => {
        clearTimeout(timer);
        waiters.delete(waiter);
        then();
      };
      const waiter: Waiter = { position: target, reached: settle(resolve) };
      const timer = setTimeout(
        settle(() => reject(behind(key))),
        timeoutMs,
      );
      waiters.add(waiter);
    });
  }

  return {
    position: () => position,
    wasLive: () => isLive,
    advance,
    becomeLive,
    waitFor,
    live: () => (isLive ? Promise.resolve() : new Promise((resolve) => liveWaiters.add(resolve))),
    stop: () => listener.stop(),
  };
}

function behind({ name }: CheckpointKey): Problem {
  return new Problem(503, 'projection-behind', `The view ${name} has not seen this position yet; ask again.`, {
    headers: { 'retry-after': '1' },
  });
}

/** The furthest position among the tokens that name one of these categories. */
export function furthestOf(tokens: readonly PositionToken[], categories: readonly string[]): Position | null {
  return tokens
    .filter((token) => categories.includes(token.category))
    .map((token) => token.position)
    .reduce<Position | null>((furthest, p) => (furthest && comparePositions(furthest, p) >= 0 ? furthest : p), null);
}
