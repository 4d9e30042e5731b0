import { setTimeout as pause } from 'node:timers/promises';
import type { StoredEvent } from '@annals/event-store';
import {
  firstParked,
  nextRetry,
  parkAgain,
  parkEvent,
  parkedStreams,
  unpark,
  type ParkedEvent,
} from './parked-events.js';
import { startEventSpans } from './project-span.js';
import { defaultRetryPolicy, retryAt, type RunReactorOptions } from './reactor.js';

/** Acts on events one at a time, and keeps the order of each stream around those it cannot act on. */
export interface Reacting {
  /** Asks which streams are parked: another process may have led before. */
  begin(): Promise<void>;
  /** Acts on an event, or parks it. Throws only when parking fails. */
  react(event: StoredEvent, live: boolean): Promise<void>;
  /** Tries parked events whose time has come. @returns milliseconds until the next one's, if there is any */
  retryDue(signal: AbortSignal): Promise<number | undefined>;
  parkedStreams(): number;
}

export function createReacting(options: RunReactorOptions): Reacting {
  const { reactor, pool, store } = options;
  const policy = { ...defaultRetryPolicy, ...options.retry };
  let parked = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();

  /** New events and retried ones of a stream must not overtake each other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work, work);
    turn = mine.catch(() => undefined);
    return mine;
  }

  async function act(event: StoredEvent, live: boolean, tries: number): Promise<Error | undefined> {
    const endSpans = startEventSpans(`react ${reactor.name}`, [event], live);
    for (let attempt = 1; ; attempt++) {
      try {
        await reactor.on[event.type]?.(event);
        endSpans();
        return undefined;
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error));
        if (attempt >= tries) {
          endSpans(failure);
          return failure;
        }
        await pause(policy.firstDelayMs * 2 ** (attempt - 1));
      }
    }
  }

  async function reactOrPark(event: StoredEvent, live: boolean): Promise<void> {
    if (parked.has(event.stream)) return parkEvent(pool, reactor.name, event, null);
    const error = await act(event, live, policy.triesBeforeParking);
    if (!error) return;
    await parkEvent(pool, reactor.name, event, {
      error: error.message,
      attempts: policy.triesBeforeParking,
      retryAt: retryAt(policy, 0, new Date()),
    });
    parked.add(event.stream);
    options.onParked?.(event, error);
  }

  /** @returns whether the stream may go on with its next parked event */
  async function retryOne(stream: string): Promise<boolean> {
    const first = await firstParked(pool, reactor.name, stream);
    if (!first) {
      parked.delete(stream);
      return false;
    }
    const error = await act(await eventOf(first), false, 1);
    if (!error) {
      await unpark(pool, first.id);
      return true;
    }
    const tries = Math.max(0, first.attempts - policy.triesBeforeParking) + 1;
    await parkAgain(pool, first.id, error.message, retryAt(policy, tries, new Date()));
    return false;
  }

  async function eventOf(parkedEvent: ParkedEvent): Promise<StoredEvent> {
    const revision = BigInt(parkedEvent.revision);
    const open = reactor.open ?? true;
    for await (const event of store.readStream(parkedEvent.stream, { from: revision, limit: 1, open })) return event;
    throw new Error(`The parked event ${parkedEvent.event_id} of ${parkedEvent.stream} is not in the store any more.`);
  }

  return {
    async begin() {
      parked = await parkedStreams(pool, reactor.name);
    },
    react: (event, live) => inTurn(() => reactOrPark(event, live)),
    async retryDue(signal) {
      for (;;) {
        const next = await nextRetry(pool, reactor.name);
        if (!next || next.inMilliseconds > 0 || signal.aborted) return next?.inMilliseconds;
        while (!signal.aborted && (await inTurn(() => retryOne(next.stream))));
      }
    },
    parkedStreams: () => parked.size,
  };
}
