import { type EventStore, type StoredEvent, type Subscription, type SubscriptionState } from '@annals/event-store';
import { moveCheckpoint, readCheckpoint, standForLeader, withTransaction, type Pool } from '@annals/postgres';
import { type Bus, type OutMsg } from './bus.js';
import { silent, type Logger } from './logger.js';
import { type MessageSigner } from './message-context.js';
import { contextOf, toMessage, type EventContext, type IntegrationEvent } from './publishing/integration-event.js';

export { type EventContext, type IntegrationEvent } from './publishing/integration-event.js';

export interface PublishOptions {
  store: EventStore;
  bus: Bus;
  /** The service's own database: keeps the checkpoint, and the lock that lets one process publish at a time. */
  pool: Pool;
  /** `<service>.<purpose>`: name of the checkpoint, and with `/annals/` before it of `ce_source`. Unique, never changed. */
  name: string;
  /** The service's own stream categories. */
  categories: readonly string[];
  topic: string;
  /** Number of partitions when the topic is created; default 8. */
  partitions?: number;
  /** Pure. Personal fields arrive sealed. Null: nobody else is told. A throw halts publishing at this event, loudly. */
  map: (event: StoredEvent) => IntegrationEvent | null;
  signer: MessageSigner;
  /** Named principal that signs, as in `svc:profile`. */
  principal: string;
  /** Context the message carries; default: the principal on behalf of the event's actor, in the event's account, without rights. */
  context?: (event: StoredEvent) => EventContext;
  logger?: Logger;
}

export interface EventPublisher {
  state(): { leading: boolean; published: number; subscription: SubscriptionState | null };
  /** Resolves when everything stored before the call is on the bus. In a process that does not publish, only once it does. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

const defaultPartitions = 8;

/**
 * Publishes a service's events from the event store: catch-up -> map -> await acks -> checkpoint.
 * A crash repeats at most one batch; nothing is lost or reordered. One process of a service publishes at a time.
 */
export function publishEvents(options: PublishOptions): EventPublisher {
  const { store, bus, pool, name, topic, map, signer, principal } = options;
  const logger = options.logger ?? silent;
  const key = { name: `publisher ${name}`, version: 1 };
  const context = options.context ?? ((event: StoredEvent) => contextOf(principal, event));
  let published = 0;
  let subscription: Subscription | undefined;
  let awaitingLead: ((mine: Subscription) => void)[] = [];

  async function toMessages(events: readonly StoredEvent[]): Promise<OutMsg[]> {
    const made = events.map(async (event) => {
      const integration = map(event);
      return integration && toMessage(topic, `/annals/${name}`, event, integration, context(event), signer);
    });
    return (await Promise.all(made)).filter((message) => message !== null);
  }

  async function lead(lost: AbortSignal): Promise<void> {
    await bus.ensureTopics([{ topic, partitions: options.partitions ?? defaultPartitions }]);
    let position = (await readCheckpoint(pool, key)).position;
    const mine = store.subscribe({
      name: key.name,
      categories: options.categories,
      open: false,
      async from() {
        position = (await readCheckpoint(pool, key)).position;
        return position;
      },
      async handle({ events, checkpoint }) {
        const messages = await toMessages(events);
        if (messages.length > 0) await bus.publish(topic, messages);
        await withTransaction(pool, (tx) => moveCheckpoint(tx, key, position, checkpoint));
        position = checkpoint;
        published += messages.length;
      },
      onState({ status, error }) {
        if (error) logger.error({ publisher: name, topic, status, error }, 'events could not be published');
      },
    });
    subscription = mine;
    for (const tell of awaitingLead) tell(mine);
    awaitingLead = [];
    logger.info({ publisher: name, topic }, 'this process publishes');
    await new Promise<void>((resolve) => {
      if (lost.aborted) resolve();
      lost.addEventListener('abort', () => resolve(), { once: true });
    });
    subscription = undefined;
    await mine.stop();
  }

  const leadership = standForLeader({
    url: pool.url,
    name: key.name,
    lead,
    onError: (error) => logger.error({ publisher: name, topic, error }, 'a publisher failed'),
  });

  return {
    state: () => ({ leading: subscription !== undefined, published, subscription: subscription?.state() ?? null }),
    async caughtUp() {
      const mine = subscription ?? (await new Promise<Subscription>((tell) => awaitingLead.push(tell)));
      await mine.caughtUp();
    },
    stop: () => leadership.stop(),
  };
}
