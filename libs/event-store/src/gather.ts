import type { AllStreamRecordedEvent } from '@eventstore/db-client';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FeedItem, LiveFeed } from './live-feed.js';
import type { Position } from './position.js';

export interface Gathered {
  recorded: AllStreamRecordedEvent[];
  /** Everything up to here is in this batch or an earlier one. */
  checkpoint: Position | null;
  /** The server had nothing more when this batch ended. */
  caughtUp: boolean;
}

export interface BatchLimits {
  maxEvents: number;
  /** The same while catching up: `maxEvents` unless said. */
  catchUpEvents?: number;
  /** While catching up, how long a batch waits for more. */
  maxDelayMs: number;
  /**
   * How long a live batch waits for more while events come thick: when the last one held several. A single event waits
   * for one turn of the event loop only, so that a quiet system is prompt and a busy one does its work in fewer steps.
   */
  busyDelayMs: number;
}

/** Pulls a feed in batches: whatever has arrived while the last one was handled. Ends when the server ends it. */
export async function* gather(feed: LiveFeed, limits: BatchLimits, onItem: () => void): AsyncGenerator<Gathered> {
  let live = false;
  let busy = false;
  let pending: Promise<IteratorResult<FeedItem>> | undefined;
  const take = (): Promise<IteratorResult<FeedItem>> => (pending ??= feed.items.next());
  for (;;) {
    const batch: Gathered = { recorded: [], checkpoint: null, caughtUp: false };
    const patience = patienceFor(live, busy, limits);
    const most = live ? limits.maxEvents : (limits.catchUpEvents ?? limits.maxEvents);
    let result: IteratorResult<FeedItem> | undefined = await take();
    while (result && !result.done) {
      pending = undefined;
      for (
        let item: FeedItem | undefined = result.value;
        item;
        item = ended(batch, most) ? undefined : feed.takeNow()
      ) {
        onItem();
        add(batch, item);
      }
      if (ended(batch, most)) break;
      // What loses this race stays pending for the next batch; having been raced, it cannot fail unobserved.
      result = await Promise.race([take(), patience.over()]);
    }
    patience.end();
    live ||= batch.caughtUp;
    busy = batch.recorded.length > 1;
    if (batch.checkpoint || batch.caughtUp) yield batch;
    if (result?.done) return;
  }
}

const ended = (batch: Gathered, most: number): boolean => batch.caughtUp || batch.recorded.length >= most;

function add(batch: Gathered, item: FeedItem): void {
  if (item.kind === 'caught-up') batch.caughtUp = true;
  else if (item.kind === 'checkpoint') batch.checkpoint = item.position;
  else {
    batch.recorded.push(item.recorded);
    batch.checkpoint = item.recorded.position;
  }
}

interface Patience {
  over(): Promise<undefined>;
  end(): void;
}

function patienceFor(live: boolean, busy: boolean, { maxDelayMs, busyDelayMs }: BatchLimits): Patience {
  if (!live) return forMilliseconds(maxDelayMs);
  return busy && busyDelayMs > 0 ? forMilliseconds(busyDelayMs) : oneTurn();
}

const oneTurn = (): Patience => ({ over: () => nextTurn(undefined), end: () => undefined });

function forMilliseconds(milliseconds: number): Patience {
  let timer: NodeJS.Timeout | undefined;
  let elapsed: Promise<undefined> | undefined;
  return {
    over: () => (elapsed ??= new Promise((resolve) => (timer = setTimeout(resolve, milliseconds, undefined)))),
    end: () => clearTimeout(timer),
  };
}
