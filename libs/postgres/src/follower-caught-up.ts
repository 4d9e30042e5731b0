import { categoryOf, comparePositions, type EventStore, type Position } from '@annals/event-store';
import { Problem } from '@annals/contracts';
import type { Progress } from './progress.js';

/** What a follower goes by: the store, and what the leader tells. */
export interface Followed {
  store: Pick<EventStore, 'readAll'>;
  categories: readonly string[];
  progress: Progress;
  signal: AbortSignal;
}

/** So many events of others are passed over: a leader has told its place within so many. */
const mostPassedOver = 10_000;
/** Between two looks whether the runner was stopped, in milliseconds. */
const patienceMs = 1_000;

/**
 * Resolves when the leader, wherever it is, has handled everything that was there at the call.
 * @throws Error when the follower is stopped before
 */
export async function followerCaughtUp(followed: Followed): Promise<void> {
  const { progress, signal } = followed;
  if (!progress.wasLive()) await Promise.race([progress.live(), stopped(signal)]);
  const waiting = await newestWaiting(followed);
  while (waiting && !(await isReached(progress, waiting))) signal.throwIfAborted();
}

function stopped(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

/** The newest event of the categories that the leader has not told of yet, or the place up to which all were others'. */
async function newestWaiting({ store, categories, progress }: Followed): Promise<Position | undefined> {
  const after = progress.position();
  let passed = 0;
  for await (const { stream, position } of store.readAll({ backwards: true, limit: mostPassedOver, open: false })) {
    if (after && comparePositions(position, after) <= 0) return undefined;
    passed += 1;
    if (categories.includes(categoryOf(stream)) || passed === mostPassedOver) return position;
  }
  return undefined;
}

async function isReached(progress: Progress, position: Position): Promise<boolean> {
  try {
    await progress.waitFor(position, patienceMs);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === 'projection-behind') return false;
    throw error;
  }
}
