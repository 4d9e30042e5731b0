import { EventStoreDBClient } from '@eventstore/db-client';

/**
 * The process's way to one server. Appends have a client of their own: the package keeps all appends of a process in
 * one table, and an error on one append stream empties it, after which an answer on another live append stream would
 * crash the process. So there is never more than one live append stream per server and process.
 */
export interface Connection {
  /** For reads and subscriptions. */
  readonly reader: EventStoreDBClient;
  /** For appends. */
  writer(): Promise<EventStoreDBClient>;
  /** Gives up on a writer that does not answer; the next one starts when its append stream has ended. */
  replaceWriter(suspect: EventStoreDBClient): void;
  /** Waits for one of the few places an append may take at a time; call the result to give it back. */
  enter(): Promise<() => void>;
  close(): Promise<void>;
}

/**
 * The package writes appends to an object stream that takes 16; what exceeds them waits in a queue whose failure is
 * an unhandled rejection, which ends the process. One less than that never queues.
 */
const mostAppendsAtOnce = 15;

const shared = new Map<string, { connection: Connection; users: number }>();

/**
 * Connections to one URL are shared within the process.
 * @throws Error for a URL that is none, or that turns off errors of failed appends: the package then reports a wrong
 *   revision
 */
export function connect(url: string): Connection {
  if (/[?&]throwOnAppendFailure=false/i.test(url)) throw new Error('EVENTSTORE_URL: throwOnAppendFailure must stay on');
  const present = shared.get(url) ?? { connection: open(url), users: 0 };
  present.users += 1;
  shared.set(url, present);
  let closed = false;
  return {
    ...present.connection,
    close: async () => {
      if (closed) return;
      closed = true;
      present.users -= 1;
      if (present.users > 0) return;
      shared.delete(url);
      await present.connection.close();
    },
  };
}

function open(url: string): Connection {
  const reader = EventStoreDBClient.connectionString(url);
  let writer = Promise.resolve(EventStoreDBClient.connectionString(url));
  let current: EventStoreDBClient | undefined;
  const waiting: (() => void)[] = [];
  let inside = 0;
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else inside -= 1;
  };
  const place = (): (() => void) => {
    let left = false;
    return () => {
      if (!left) leave();
      left = true;
    };
  };
  return {
    reader,
    writer: async () => (current = await writer),
    replaceWriter: (suspect) => {
      if (suspect !== current) return;
      current = undefined;
      writer = suspect.dispose().then(() => EventStoreDBClient.connectionString(url));
    },
    enter: () => {
      if (inside < mostAppendsAtOnce) {
        inside += 1;
        return Promise.resolve(place());
      }
      return new Promise((resolve) => waiting.push(() => resolve(place())));
    },
    close: async () => {
      await Promise.all([reader.dispose(), writer.then((client) => client.dispose())]);
    },
  };
}
