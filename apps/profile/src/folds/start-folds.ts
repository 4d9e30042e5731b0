import { type EventStore, personOf } from '@annals/event-store';
import { type Forgetting } from '@annals/postgres';
import { type FoldFollower, followFolds } from './follow.js';
import { type FreshFolds, freshFolds } from './fresh-folds.js';

/** Folds of profiles and preferences, the follower that keeps them honest, and the fences that empty them. */
export function startFolds(
  store: EventStore,
  forgetting: Pick<Forgetting, 'each' | 'trusted'>,
): FreshFolds & { stop(): Promise<void> } {
  const folds = freshFolds(store, () => follower, undefined, forgetting.trusted);
  forgetting.each((holder) => folds.forget(holder === null ? null : personOf(holder)));
  const follower: FoldFollower = followFolds(
    store,
    ['profile', 'preferences', 'accountpreferences', 'verification', 'consent', 'hold'],
    (stream, revision) => folds.saw(stream, revision),
  );
  return { ...folds, stop: () => follower.stop() };
}
