import { headers as names, type IdentityContext, type RequestContext } from '@annals/contracts';
import { serviceIdentity } from '@annals/auth';
import { encodePosition, type StoredEvent } from '@annals/event-store';
import { type OutMsg } from '../bus.js';
import { type MessageSigner } from '../message-context.js';

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

export interface EventContext {
  identity: IdentityContext;
  request: RequestContext;
}

/** The named principal on behalf of whoever caused the event, in the event's account, without any right. */
export function contextOf(principal: string, event: StoredEvent): EventContext {
  const { metadata } = event;
  return {
    identity: {
      ...serviceIdentity(principal, {
        userId: metadata.actor.user_id ?? metadata.actor.on_behalf_of,
        accountId: metadata.account_id,
      }),
      session_id: metadata.actor.session_id,
    },
    request: {
      request_id: metadata.request_id,
      transaction_id: metadata.transaction_id,
      correlation_id: metadata.$correlationId,
      causation_id: event.id,
      ip_address: null,
      user_agent: null,
      traceparent: metadata.traceparent ?? null,
      timestamp: metadata.occurred_at,
    },
  };
}

/** The message for the bus: CloudEvents attributes, trace, readable ids, and the context signed for exactly this message. */
export async function toMessage(
  topic: string,
  source: string,
  event: StoredEvent,
  integration: IntegrationEvent,
  { identity, request }: EventContext,
  signer: MessageSigner,
): Promise<OutMsg> {
  const { key, type, data, dataschema } = integration;
  const id = integration.id ?? event.id;
  const value = Buffer.from(JSON.stringify(data));
  const optional = {
    ce_dataschema: dataschema,
    [names.traceparent]: request.traceparent ?? undefined,
    [names.accountId]: identity.account_id ?? undefined,
  };
  return {
    key,
    id,
    type,
    value,
    time: Date.parse(event.metadata.occurred_at),
    headers: {
      'content-type': 'application/json',
      ce_source: source,
      ce_subject: event.stream,
      ce_partitionkey: key,
      ce_position: encodePosition(event.position),
      ce_streamversion: String(event.revision),
      ...present(optional),
      [names.requestId]: request.request_id,
      [names.transactionId]: request.transaction_id,
      [names.correlationId]: request.correlation_id,
      [names.causationId]: request.causation_id,
      [names.context]: await signer.signMessage({ id, topic, key, payload: value }, identity, request),
    },
  };
}

function present(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
