import {
  streamNameFilter,
  type AllStreamRecordedEvent,
  type AllStreamResolvedEvent,
  type AllStreamSubscription,
  type EventStoreDBClient,
} from '@eventstore/db-client';
import type { Position } from './position.js';

/** What a feed yields, in the order the server sent it. */
export type FeedItem =
  | { kind: 'event'; recorded: AllStreamRecordedEvent }
  /** Nothing of interest lies between the last event and here. */
  | { kind: 'checkpoint'; position: Position }
  | { kind: 'caught-up' };

export interface LiveFeed {
  items: AsyncIterator<FeedItem>;
  /** The next item if it is here already. Only while no `next()` of the iterator is pending: it may hold an earlier one. */
  takeNow(): FeedItem | undefined;
  /** Ends the call at the server and the iteration here. Safe to call more than once. */
  close(): Promise<void>;
}

/** How many events wait here while a handler is busy; the connection's flow control holds back the rest. */
const bufferedEvents = 512;

/**
 * One subscription to categories, from after a position on. Checkpoints and "caught up" come from callbacks that run
 * ahead of the events before them, so they are put into the same queue and come out in their place. Callbacks do
 * nothing else: one that throws would hang the subscription.
 */
export function liveFeed(client: EventStoreDBClient, categories: readonly string[], after: Position | null): LiveFeed {
  const subscription: AllStreamSubscription = client.subscribeToAll(
    {
      fromPosition: after ?? 'start',
      filter: streamNameFilter({
        prefixes: categories.map((category) => `${category}-`),
        checkpointInterval: 1,
        checkpointReached: async (feed, position) => {
          feed.push({ kind: 'checkpoint', position } satisfies FeedItem);
        },
      }),
    },
    { highWaterMark: bufferedEvents },
  );
  subscription.on('caughtUp', () => subscription.push({ kind: 'caught-up' } satisfies FeedItem));
  // The package also reports errors while nobody iterates; without a listener those would end the process.
  subscription.on('error', (error) => subscription.destroy(error));
  return {
    items: feedItems(subscription),
    takeNow: () => itemOf(subscription.read() as Pushed | null),
    close: async () => {
      // It rejects when the call never came to be; then there is nothing to end.
      await Promise.allSettled([subscription.unsubscribe()]);
      // After its own cancel the package leaves the readable open for ever.
      subscription.destroy();
    },
  };
}

type Pushed = FeedItem | AllStreamResolvedEvent;

const itemOf = (pushed: Pushed | null): FeedItem | undefined => {
  if (!pushed) return undefined;
  if ('kind' in pushed) return pushed;
  // The package's type allows none; a subscription without links always brings one.
  return pushed.event && { kind: 'event', recorded: pushed.event };
};

async function* feedItems(subscription: AllStreamSubscription): AsyncGenerator<FeedItem> {
  for await (const pushed of subscription as AsyncIterable<Pushed>) {
    const item = itemOf(pushed);
    if (item) yield item;
  }
}
