import { EventStoreDBClient } from '@eventstore/db-client';
import { appenders, type Appenders } from './appenders.js';
import { within } from './deadline.js';

/** The process's way to one server. */
export interface Connection {
  /** For reads and subscriptions. */
  readonly reader: EventStoreDBClient;
  readonly appends: Appenders;
  close(): Promise<void>;
}

const disposeMs = 200;
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
  const appends = appenders(url);
  return {
    reader,
    appends,
    close: async () => {
      await Promise.allSettled([within(disposeMs, reader.dispose()), appends.close()]);
    },
  };
}
