import { Server, ServerCredentials } from '@grpc/grpc-js';
import { type EventLog, type EventLogOptions, openEventLog } from './log/event-log.js';
import { writeFirstEvent } from './log/first-event.js';
import { addServices } from './protocol/services.js';
import { maxMessageBytes } from './protocol/limits.js';
import { type Store } from './log/store.js';
import { memoryStore } from './stores/memory-store.js';
import { postgresStore } from './stores/postgres-store.js';

const host = '127.0.0.1';

export interface EventNodeOptions {
  /** 0, the default, takes a free one. */
  port?: number;
  store: 'memory' | { postgresUrl: string };
  onStore?: EventLogOptions['onStore'];
}

export interface EventNode {
  /** Connection string for the official client. */
  readonly url: string;
  readonly port: number;
  /** Ends every call, then leaves the store to others. */
  stop(): Promise<void>;
}

/**
 * Starts the single-machine event store on the loopback interface. With PostgreSQL it waits until no other node writes the same store.
 * Rejects when the port is taken or the store cannot be opened.
 */
export async function startEventNode(options: EventNodeOptions): Promise<EventNode> {
  const log = await openEventLog({
    store: storeOf(options),
    ...(options.onStore === undefined ? {} : { onStore: options.onStore }),
  });
  try {
    await writeFirstEvent(log);
    return await listen(log, options.port ?? 0);
  } catch (error) {
    await log.close();
    throw error;
  }
}

function storeOf({ store }: EventNodeOptions): Store {
  return store === 'memory' ? memoryStore() : postgresStore(store.postgresUrl);
}

async function listen(log: EventLog, wanted: number): Promise<EventNode> {
  const server = new Server({ 'grpc.max_receive_message_length': maxMessageBytes });
  let port = wanted;
  addServices(server, log, () => ({ address: host, port }));
  port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${host}:${wanted.toString()}`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    url: `esdb://${host}:${port.toString()}?tls=false`,
    port,
    stop: async () => {
      server.forceShutdown();
      await log.close();
    },
  };
}
