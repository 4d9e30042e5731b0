import type { EventStoreDBClient } from '@eventstore/db-client';
import type { FeedHub, Tap } from './feed-hub.js';
import { liveFeed, type FeedItem, type LiveFeed } from './live-feed.js';
import { comparePositions, type Position } from './position.js';

/**
 * A feed of one follower: it reads for itself until the server says "caught up", then shares the process's one
 * subscription. It joined that before it began to read, so nothing can lie between the two; what both bring is passed
 * once. A follower too slow for sharing reads for itself again.
 */
export function sharedFeed(
  hub: FeedHub,
  client: EventStoreDBClient,
  categories: readonly string[],
  after: Position | null,
): LiveFeed {
  let seen = after;
  let tap: Tap | undefined;
  let own: LiveFeed | undefined;
  let closed = false;

  function passOn(item: FeedItem): FeedItem {
    if (item.kind === 'caught-up') {
      void own?.close();
      own = undefined;
    } else seen = positionOf(item);
    return item;
  }

  function tapped(): FeedItem | undefined {
    for (let item = tap?.take(); item; item = tap?.take()) {
      if (item.kind === 'caught-up' || (seen && comparePositions(positionOf(item), seen) <= 0)) continue;
      return passOn(item);
    }
    return undefined;
  }

  async function* items(): AsyncGenerator<FeedItem> {
    while (!closed) {
      const mine = (tap = await hub.join(categories));
      if (closed) return mine.leave();
      own = liveFeed(client, categories, seen);
      while (own) {
        const next: IteratorResult<FeedItem> = await own.items.next();
        if (next.done) return;
        yield passOn(next.value);
      }
      while (!closed && !mine.overflowed()) {
        const item = tapped();
        if (item) yield item;
        else await mine.more();
      }
      mine.leave();
    }
  }

  return {
    items: items(),
    takeNow: () => {
      const item = own ? own.takeNow() : tapped();
      return item && own ? passOn(item) : item;
    },
    async close() {
      closed = true;
      tap?.leave();
      await own?.close();
    },
  };
}

const positionOf = (item: Exclude<FeedItem, { kind: 'caught-up' }>): Position =>
  item.kind === 'event' ? item.recorded.position : item.position;
