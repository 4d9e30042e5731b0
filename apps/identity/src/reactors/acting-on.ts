import { serviceIdentity } from '@annals/auth';
import { derivedId, type StoredEvent } from '@annals/event-store';
import type { Asking } from '../asking.js';

/** A reactor's own asking: as a named principal, on behalf of the event's person, caused by the event. */
export function actingOn(event: StoredEvent, principal: string, userId: string | null): Asking {
  const { account_id, transaction_id, request_id, $correlationId, traceparent, occurred_at } = event.metadata;
  return {
    commandId: derivedId(event.id, principal),
    context: {
      ...serviceIdentity(principal, { userId, accountId: account_id }),
      ...{ request_id, transaction_id, correlation_id: $correlationId, causation_id: event.id },
      ...{ ip_address: null, user_agent: null, traceparent: traceparent ?? null, timestamp: occurred_at },
    },
    now: occurred_at,
  };
}
