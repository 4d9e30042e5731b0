import {
  EventStoreDBClient,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TookTooLong, within } from './deadline.js';

/**
 * The process's appends to one server. The package keeps all appends of a process in one table and clears it when any
 * append stream fails; an answer that then arrives on another live append stream crashes the process. So there is one
 * client with one append stream at a time, and after a failure the next one starts only when that one is gone.
 */
export interface Appenders {
  /**
   * Runs an append, from waiting for its turn to its answer, no longer than the timeout.
   * @throws TookTooLong, or what the package throws
   */
  run<T>(timeoutMs: number, append: (client: EventStoreDBClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * The package writes appends to an object stream that takes 16; what exceeds them waits in a queue whose failure is
 * an unhandled rejection, which ends the process. One less than that never queues. It costs no speed.
 */
const mostAtOnce = 15;
/** A stream that the server ended politely never reports its end; it is not waited for any longer than this. */
const disposeMs = 200;

interface Appender {
  client: EventStoreDBClient;
  /** Whether it ever had an answer; until then the package itself is still connecting, and nothing is gained by another. */
  answered: boolean;
  busy: number;
}

interface Waiter {
  grant(appender: Appender): void;
}

/** Answers of the server, as opposed to signs that there was none. */
export function isAnswer(error: unknown): boolean {
  return (
    error instanceof WrongExpectedVersionError ||
    error instanceof MaxAppendSizeExceededError ||
    error instanceof StreamDeletedError
  );
}

export function appenders(url: string): Appenders {
  const start = (): Appender => ({ client: EventStoreDBClient.connectionString(url), answered: false, busy: 0 });
  let current: Appender | undefined = start();
  let closed = false;
  const waiting = new Set<Waiter>();

  const admit = (): void => {
    for (const waiter of waiting) {
      if (!current || current.busy >= mostAtOnce) return;
      waiting.delete(waiter);
      current.busy += 1;
      waiter.grant(current);
    }
  };
  const place = (waiter: Waiter): Promise<Appender> =>
    new Promise((resolve) => {
      waiter.grant = resolve;
      waiting.add(waiter);
      admit();
    });
  const leave = (appender: Appender): void => {
    appender.busy -= 1;
    admit();
  };
  const replace = async (suspect: Appender): Promise<void> => {
    if (suspect !== current || closed) return;
    current = undefined;
    // Cancelling in the middle of a turn lets an answer through that is just being unpacked, after the table was
    // cleared: the very crash this is about.
    await nextTurn();
    await Promise.allSettled([within(disposeMs, suspect.client.dispose())]);
    await nextTurn();
    if (!closed) current = start();
    admit();
  };

  return {
    run: async (timeoutMs, append) => {
      let appender: Appender | undefined;
      let abandoned = false;
      const waiter: Waiter = { grant: () => undefined };
      const work = async (): Promise<Awaited<ReturnType<typeof append>>> => {
        const mine = await place(waiter);
        if (abandoned) {
          leave(mine);
          throw new TookTooLong(timeoutMs);
        }
        try {
          appender = mine;
          const result = await append(mine.client);
          mine.answered = true;
          return result;
        } catch (error) {
          mine.answered ||= isAnswer(error);
          // Before the place goes to the next append: it must not follow there.
          if (!isAnswer(error)) void replace(mine);
          throw error;
        } finally {
          leave(mine);
        }
      };
      try {
        return await within(timeoutMs, work());
      } catch (error) {
        if (appender?.answered && error instanceof TookTooLong) void replace(appender);
        throw error;
      } finally {
        abandoned = true;
        waiting.delete(waiter);
      }
    },
    close: async () => {
      closed = true;
      const last = current;
      current = undefined;
      if (last) await Promise.allSettled([within(disposeMs, last.client.dispose())]);
    },
  };
}
