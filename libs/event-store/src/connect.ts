import type { EventStore, EventStoreOptions } from './event-store.js';

/** Opens the process's way to the store. Nothing is sent before the first call. */
export function connectEventStore(options: EventStoreOptions): EventStore {
  throw new Error(`not yet: ${options.url}`);
}
