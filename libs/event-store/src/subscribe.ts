import { backoffMs, pause } from './backoff.js';
import { waitingAfter, waitingAmong } from './behind.js';
import { gather, type Gathered } from './gather.js';
import { comparePositions, type Position } from './position.js';
import { openedEvent, sealedEvent } from './recorded.js';
import { sharedFeed } from './shared-feed.js';
import type { StoreParts } from './store-parts.js';
import type { StoredEvent } from './stored-event.js';
import type { SubscribeOptions, Subscription, SubscriptionState } from './subscription.js';
import { subscriptionProgress, type Progress } from './subscription-progress.js';
import { watchdog } from './watchdog.js';

const dropBackoff = { first: 100, cap: 5_000 };
const haltedBackoff = { first: 5_000, cap: 30_000 };
/** Failures of the handler in a row after which a subscription counts as halted. */
const failuresToHalt = 5;
/** A place without events is handed on at most this often: it only saves work after a restart. */
const emptyCheckpointMs = 1_000;

/** Follows categories for ever: each way a feed can end leads back to the stored checkpoint. */
export function subscribe(parts: StoreParts, options: SubscribeOptions): Subscription {
  const stopping = new AbortController();
  const progress = subscriptionProgress(options);
  const stop = (): void => stopping.abort();
  if (options.signal?.aborted) stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  const running = run(parts, options, progress, stopping.signal).finally(() =>
    options.signal?.removeEventListener('abort', stop),
  );
  return {
    name: options.name,
    state: () => ({ ...progress.state }),
    caughtUp: () => caughtUp(parts, options, progress),
    stop: async () => {
      stop();
      await running;
    },
  };
}

async function run(parts: StoreParts, o: SubscribeOptions, progress: Progress, signal: AbortSignal): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const handledBefore = progress.batches();
    let error: Error;
    let handlerFailed = false;
    try {
      await followOnce(parts, o, progress, signal);
      break;
    } catch (thrown) {
      error = thrown instanceof Error ? thrown : new Error(String(thrown));
      handlerFailed = error instanceof HandlerFailed;
    }
    if (signal.aborted) break;
    failures = progress.batches() > handledBefore ? 1 : failures + 1;
    const halted = handlerFailed && failures >= failuresToHalt;
    const cause = error instanceof HandlerFailed ? error.cause : error;
    progress.change({
      status: halted ? 'halted' : 'backing-off',
      error: cause,
      restarts: progress.state.restarts + 1,
    });
    await pause(backoffMs(halted ? haltedBackoff : dropBackoff, halted ? failures - failuresToHalt : failures), signal);
  }
  progress.change({ status: 'stopped' });
}

class HandlerFailed extends Error {
  override readonly cause: Error;
  constructor(cause: unknown) {
    super('The handler failed');
    this.cause = cause instanceof Error ? cause : new Error(String(cause));
  }
}

/** One connection, from the stored checkpoint until it is stopped. @throws Error when it drops or the handler fails */
async function followOnce(
  parts: StoreParts,
  o: SubscribeOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  if (progress.state.status !== 'halted') progress.change({ status: 'connecting' });
  const after = await o.from();
  progress.change({ position: after });
  progress.pass(after);
  const feed = sharedFeed(parts.hub, parts.connection.reader, o.categories, after);
  const stop = (): void => void feed.close();
  signal.addEventListener('abort', stop, { once: true });
  const watchdogMs = o.watchdogMs ?? 10_000;
  const watch = watchdog(watchdogMs, {
    // Its two looks in a row are half of that time apart, so they never see the same reading.
    isBehind: async () =>
      waitingAmong(await parts.newest(watchdogMs / 4), o.categories, watch.seen() ?? after) !== null,
    restart: () => {
      // Silent here, so perhaps silent for all who share it.
      parts.hub.drop(new Error('The subscription fell silent'));
      stop();
    },
  });
  try {
    if (signal.aborted) return;
    const { maxEvents = 500, catchUpEvents = maxEvents, maxDelayMs = 5, busyDelayMs = 10 } = o.batch ?? {};
    const limits = { maxEvents, catchUpEvents, maxDelayMs, busyDelayMs };
    for await (const batch of gather(feed, limits, watch.sawItem)) {
      watch.pause();
      if (batch.checkpoint) watch.saw(batch.checkpoint);
      await handleBatch(parts, o, progress, batch);
      watch.resume();
      if (signal.aborted) return;
    }
    throw new Error('The server ended the subscription');
  } catch (error) {
    if (!watch.restarted()) throw error;
    throw new Error('The subscription fell silent while events were waiting', { cause: error });
  } finally {
    watch.end();
    signal.removeEventListener('abort', stop);
    await feed.close();
  }
}

async function handleBatch(parts: StoreParts, o: SubscribeOptions, progress: Progress, batch: Gathered): Promise<void> {
  const { checkpoint, recorded, caughtUp: isLive } = batch;
  if (progress.state.status === 'connecting') progress.change({ status: 'catching-up' });
  const { types } = o;
  // A removed stream ends with an event of the store's own, which says nothing that happened.
  const wanted = recorded.filter(({ type }) => (types ? types.includes(type) : !type.startsWith('$')));
  const isDue = (o.lazyCheckpoint ? wanted : recorded).length > 0;
  if (checkpoint && (isDue || isLive || progress.sinceHandled() >= emptyCheckpointMs)) {
    const events: StoredEvent[] = [];
    try {
      for (const event of wanted) {
        if (o.open === false) events.push(sealedEvent(event, parts.catalogue));
        else {
          const opened = openedEvent(event, parts.catalogue, parts.keys);
          events.push((opened instanceof Promise ? await opened : opened).event);
        }
      }
      await o.handle({ events, checkpoint });
    } catch (error) {
      throw new HandlerFailed(error);
    }
    progress.handled(events.length, checkpoint);
  } else if (checkpoint && recorded.length > 0) progress.change({ position: checkpoint });
  if (checkpoint) progress.pass(checkpoint);
  if (isLive) progress.change({ status: 'live' });
  else if (progress.state.status !== 'live') progress.change({ status: 'catching-up' });
}

/** How far back from its end the store is searched for events that a live subscription has not handled yet. */
const searchedEvents = 10_000;

/** Waits until the server has said "caught up", then for whatever was written by the time of asking. */
async function caughtUp(parts: StoreParts, o: SubscribeOptions, progress: Progress): Promise<void> {
  const { connection, readTimeoutMs } = parts;
  let last: Position | 'silent' | null;
  do {
    await progress.until((state) => state.status === 'live');
    const asked = { categories: o.categories, after: progress.passed(), most: searchedEvents };
    last = await waitingAfter(connection.reader, asked, readTimeoutMs);
  } while (last === 'silent');
  const waiting = last;
  if (waiting) await progress.until((state) => reached(state, waiting));
}

const reached = (state: SubscriptionState, position: Position): boolean =>
  state.position !== null && comparePositions(state.position, position) >= 0;
