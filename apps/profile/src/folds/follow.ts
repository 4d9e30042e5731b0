import { type EventStore, type Position, type Subscription } from '@annals/event-store';

export interface FoldFollower {
  /** True once it is settled from where on events are seen; whatever is read later cannot grow old unseen. */
  started(): boolean;
  /** True while events of other processes arrive as they are written. */
  live(): boolean;
  /** Everything up to here was seen. */
  position(): Position | null;
  stop(): Promise<void>;
}

/** Follows the categories from now on and tells which streams moved. Keeps nothing and opens no personal field. */
export function followFolds(
  store: Pick<EventStore, 'subscribe' | 'readAll'>,
  categories: readonly string[],
  saw: (stream: string, revision: bigint) => void,
): FoldFollower {
  let started = false;
  let position: Position | null = null;
  const subscription: Subscription = store.subscribe({
    name: 'profile folds',
    categories,
    open: false,
    // Nothing is written for what is seen here, so there is nothing to gather for.
    batch: { busyDelayMs: 0 },
    from: async () => {
      if (!started) position = await end(store);
      started = true;
      return position;
    },
    handle: async ({ events, checkpoint }) => {
      for (const event of events) saw(event.stream, event.revision);
      position = checkpoint;
    },
  });
  return {
    started: () => started,
    live: () => subscription.state().status === 'live',
    position: () => position,
    stop: () => subscription.stop(),
  };
}

/** Nothing is kept yet when following starts, so what was written before cannot make anything old. */
async function end(store: Pick<EventStore, 'readAll'>): Promise<Position | null> {
  for await (const event of store.readAll({ backwards: true, limit: 1, open: false })) return event.position;
  return null;
}
