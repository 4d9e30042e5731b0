import { serviceIdentity } from '@annals/auth';
import type { CurrentUserContext } from '@annals/contracts';
import { derivedId, type StoredEvent } from '@annals/event-store';

/** What a reactor's commands say to the store: the same event asks for the same thing. */
export interface ReactorAsking {
  commandId: string;
  context: CurrentUserContext;
  /** RFC 3339. */
  now: string;
}

/** A reactor's own asking: as a named principal, on behalf of the event's person, caused by the event. */
export function actingOn(event: StoredEvent, principal: string, userId: string | null): ReactorAsking {
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
