import { catalogueOf } from './catalogue.js';
import { connect } from './connection.js';
import { TookTooLong } from './deadline.js';
import { watchEffects } from './effects.js';
import type { EventStore, EventStoreOptions } from './event-store.js';
import { execute } from './execute.js';
import { quietEvents } from './behind.js';
import { feedHub } from './feed-hub.js';
import { newestEvents } from './newest-events.js';
import { foldCache } from './fold.js';
import { streamName } from './ids.js';
import { inOrder } from './in-order.js';
import { presentFold } from './load.js';
import { unavailable } from './problems.js';
import { pull } from './read.js';
import { readAll, readStream } from './read-stream.js';
import { openAgain } from './recorded.js';
import { removeStream } from './remove.js';

import { keyIdOf, unseal } from './sealing.js';
import type { StoreParts } from './store-parts.js';
import { subscribe } from './subscribe.js';
import type { Subscription } from './subscription.js';

/** How long a command waits for those before it on the same stream: while the store is away they must not pile up. */
const mostWaitingMs = 5_000;

/**
 * Opens the process's way to the store. Nothing is sent before the first call.
 * @throws Error when the URL is none, or two contracts share an event type
 */
export function connectEventStore(options: EventStoreOptions): EventStore {
  const connection = connect(options.url);
  const readTimeoutMs = options.readTimeoutMs ?? 3_000;
  const parts: StoreParts = {
    catalogue: catalogueOf(options.events),
    keys: options.keys,
    ...{ connection, hub: feedHub(connection.reader, readTimeoutMs) },
    newest: newestEvents(connection.reader, quietEvents, readTimeoutMs),
    folds: foldCache(options.foldCacheSize ?? 200_000, options.mayKeepFolds),
    appendTimeoutMs: options.appendTimeoutMs ?? 2_000,
    readTimeoutMs,
  };
  const oneByOne = inOrder(mostWaitingMs);
  const effects = watchEffects();
  const subscriptions = new Set<Subscription>();
  return {
    readStream: (stream, read) => readStream(parts, stream, read),
    readAll: (read) => readAll(parts, read),
    load: async (aggregate, id) => {
      const { state, revision, position } = await presentFold(parts, aggregate, streamName(aggregate.category, id));
      return { state, revision, position };
    },
    execute: async (aggregate, id, command) => {
      const stream = streamName(aggregate.category, id);
      try {
        const outcome = await oneByOne(stream, () => execute(parts, aggregate, stream, command));
        if (outcome.kind !== 'unchanged') effects.note(command.context.transaction_id);
        return outcome;
      } catch (error) {
        throw error instanceof TookTooLong ? unavailable(error) : error;
      }
    },
    effects,
    subscribe: (o) => {
      const subscription = subscribe(parts, o);
      subscriptions.add(subscription);
      return {
        ...subscription,
        stop: async () => {
          await subscription.stop();
          subscriptions.delete(subscription);
        },
      };
    },
    open: (event) => openAgain(event, parts.catalogue, parts.keys),
    openField: async ({ stream, event_id, path, subject, value }) =>
      unseal(value, await parts.keys.find(keyIdOf(value)), { stream, eventId: event_id, path, subject }),
    removeStream: (stream) => removeStream(parts.connection, stream, parts.appendTimeoutMs),
    forget: (subject) => parts.folds.forget(subject),
    ping: async () => {
      const last = (): ReturnType<typeof parts.connection.reader.readAll> =>
        parts.connection.reader.readAll({ direction: 'backwards', fromPosition: 'end', maxCount: 1 });
      for await (const _event of pull(last, parts.readTimeoutMs));
    },
    close: async () => {
      await Promise.all([...subscriptions].map((subscription) => subscription.stop()));
      await parts.connection.close();
    },
  };
}
