import type { EventStoreDBClient } from '@eventstore/db-client';
import { liveFeed, type FeedItem, type LiveFeed } from './live-feed.js';
import type { Position } from './position.js';
import { pull } from './read.js';

/** One subscription for all live followers of a process, so that each event is sent and decoded once for all of them. */
export interface FeedHub {
  /**
   * Whatever is written to these categories after the call will come out of the tap, unless it overflows.
   * @throws Problem 503 `event-store-unavailable`
   */
  join(categories: readonly string[]): Promise<Tap>;
  /** Ends the subscription and fails every tap: somebody found it silent. */
  drop(reason: Error): void;
}

/** What reaches one follower. */
export interface Tap {
  take(): FeedItem | undefined;
  /** Resolves when there may be something to take, or the tap has overflowed or was left. @throws Error when the subscription dropped */
  more(): Promise<void>;
  /** Its follower was too slow, so something is missing: only the store itself can tell what. */
  overflowed(): boolean;
  leave(): void;
}

interface OpenTap extends Tap {
  categories: readonly string[];
  pass(item: FeedItem): void;
  fail(reason: Error): void;
}

/** Foreign events after which a follower is told how far the store has been followed. */
const foreignEvents = 32;

/** @param mostWaiting items that wait for a slow follower; with more it has to read for itself again */
export function feedHub(client: EventStoreDBClient, stallMs: number, mostWaiting = 4_096): FeedHub {
  const taps = new Set<OpenTap>();
  let feed: LiveFeed | undefined;
  let followed = new Set<string>();
  let position: Position | null = null;
  let opening: Promise<void> = Promise.resolve();

  function end(reason: Error): void {
    void feed?.close();
    feed = undefined;
    followed = new Set();
    for (const tap of taps) tap.fail(reason);
    taps.clear();
  }

  /** Follows what all taps want: on from where it is, or from the present end of the store. */
  async function open(wanted: readonly string[]): Promise<void> {
    if (feed && wanted.every((category) => followed.has(category))) return;
    if (!feed) position = await endOfStore(client, stallMs);
    void feed?.close();
    followed = new Set([...wanted, ...[...taps].flatMap(({ categories }) => categories)]);
    feed = liveFeed(client, [...followed], position);
    void pump(feed);
  }

  async function pump(mine: LiveFeed): Promise<void> {
    let reason = new Error('The server ended the subscription');
    try {
      for (let next = await mine.items.next(); !next.done; next = await mine.items.next()) {
        for (let item: FeedItem | undefined = next.value; item && feed === mine; item = mine.takeNow()) {
          if (item.kind === 'caught-up') continue;
          position = item.kind === 'event' ? item.recorded.position : item.position;
          for (const tap of taps) tap.pass(item);
        }
        if (feed !== mine) return;
      }
    } catch (error) {
      reason = error instanceof Error ? error : new Error(String(error));
    }
    if (feed === mine) end(reason);
  }

  return {
    async join(categories) {
      const tap = openTap(categories, mostWaiting, () => {
        taps.delete(tap);
        if (taps.size === 0) end(new Error('Nobody follows'));
      });
      // Before it is opened, so that no other opening forgets these categories.
      taps.add(tap);
      const opened = opening.then(() => open(categories));
      opening = opened.catch(() => undefined);
      try {
        await opened;
      } catch (error) {
        taps.delete(tap);
        throw error;
      }
      return tap;
    },
    drop: end,
  };
}

async function endOfStore(client: EventStoreDBClient, stallMs: number): Promise<Position | null> {
  const last = () => client.readAll({ direction: 'backwards', fromPosition: 'end', maxCount: 1 });
  for await (const { event } of pull(last, stallMs)) if (event) return event.position;
  return null;
}

function openTap(categories: readonly string[], mostWaiting: number, left: () => void): OpenTap {
  const prefixes = categories.map((category) => `${category}-`);
  let waiting: FeedItem[] = [];
  let next = 0;
  let foreign = 0;
  let overflowed = false;
  let gone = false;
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const nudge = (): void => {
    wake?.();
    wake = undefined;
  };
  function keep(item: FeedItem): void {
    if (overflowed || gone) return;
    overflowed = waiting.length - next >= mostWaiting;
    if (overflowed) waiting = [];
    else waiting.push(item);
    nudge();
  }
  return {
    categories,
    pass(item) {
      if (item.kind !== 'event') return keep(item);
      if (prefixes.some((prefix) => item.recorded.streamId.startsWith(prefix))) {
        foreign = 0;
        return keep(item);
      }
      foreign = (foreign + 1) % foreignEvents;
      if (foreign === 0) keep({ kind: 'checkpoint', position: item.recorded.position });
    },
    fail(reason) {
      failure = reason;
      nudge();
    },
    take() {
      if (next === waiting.length) {
        waiting = [];
        next = 0;
        return undefined;
      }
      return waiting[next++];
    },
    more: async () => {
      while (next === waiting.length && !overflowed && !gone) {
        if (failure) throw failure;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
    overflowed: () => overflowed,
    leave() {
      gone = true;
      nudge();
      left();
    },
  };
}
