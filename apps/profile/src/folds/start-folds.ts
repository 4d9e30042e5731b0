import { type EventStore } from '@annals/event-store';
import { type FoldFollower, followFolds } from './follow.js';
import { type FreshFolds, freshFolds } from './fresh-folds.js';

/** Folds of profiles and preferences, and the follower that keeps them honest. */
export function startFolds(store: EventStore): FreshFolds & { stop(): Promise<void> } {
  const folds = freshFolds(store, () => follower);
  const follower: FoldFollower = followFolds(
    store,
    ['profile', 'preferences', 'accountpreferences', 'verification'],
    (stream, revision) => folds.saw(stream, revision),
  );
  return { ...folds, stop: () => follower.stop() };
}
