import { type IdentityContext, type RequestContext } from '@annals/contracts';
import { type EventStore, type StoredEvent, type SubscriptionState } from '@annals/event-store';
import { type Pool } from '@annals/postgres';
import { type Bus } from './bus.js';
import { type Logger } from './logger.js';
import { type MessageSigner } from './message-context.js';

/** What a service tells the others about one of its events: its own schema, thin, no personal data in clear. */
export interface IntegrationEvent {
  /** As in `account_id/aggregate_id`. */
  key: string;
  /** As in `profile.updated.v1`. */
  type: string;
  data: Readonly<Record<string, unknown>>;
  /** Address or hash of the schema of `data`. Header `ce_dataschema`. */
  dataschema?: string;
  /** Stable id; default: the id of the domain event. */
  id?: string;
}

export interface PublishOptions {
  store: EventStore;
  bus: Bus;
  /** The service's own database: keeps the checkpoint and the lease of the one active publisher. */
  pool: Pool;
  /** `<service>.<purpose>`: name of the checkpoint and of `ce_source`. */
  name: string;
  /** The service's own stream categories. */
  categories: readonly string[];
  topic: string;
  /** Number of partitions when the topic is created; default 8. */
  partitions?: number;
  /** Pure. Null: nobody else is told. A throw halts publishing at this event, loudly. */
  map(event: StoredEvent): IntegrationEvent | null;
  signer: MessageSigner;
  /** Named principal that signs, as in `svc:profile`. */
  principal: string;
  /** Context the message carries; default: the principal on behalf of the event's actor, in the event's account, without rights. */
  context?(event: StoredEvent): { identity: IdentityContext; request: RequestContext };
  logger?: Logger;
}

export interface EventPublisher {
  state(): { leading: boolean; published: number; subscription: SubscriptionState | null };
  /** Resolves when everything stored before the call is on the bus. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Publishes a service's events from the event store: catch-up -> map -> await acks -> checkpoint.
 * A crash repeats at most one batch; nothing is lost or reordered. One process of a service publishes at a time.
 */
export function publishEvents(options: PublishOptions): EventPublisher {
  throw new Error(`${options.name}: not connected`);
}
