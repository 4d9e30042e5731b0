import { serviceIdentity } from '@annals/auth';
import { type CurrentUserContext, Problem, type RequestContext } from '@annals/contracts';
import type { EventStore, StoredEvent } from '@annals/event-store';
import { erasingPrincipal } from '@annals/service';
import { accountThatSees, type KnownErasure } from './erasure.js';

/** For whom an erasure is carried out, as its own first event says. */
export interface WorkContext {
  /** Who asked. */
  askedBy: string;
  /** By an elevation: they act as super admins, whom no role of the account speaks for. */
  elevated: boolean;
  request: RequestContext;
}

/**
 * Reads for whom to work from the request itself, and nothing else: not from who asked last, nor from who runs the process.
 * @throws Problem 403 `context-mismatch` when the request's context and its content speak of different people or accounts
 */
export async function workContextOf(store: EventStore, state: KnownErasure): Promise<WorkContext> {
  const first = await firstEvent(store, state.ids.erasure_id);
  const { actor, account_id, request_id, transaction_id, $correlationId, traceparent, occurred_at } = first.metadata;
  const { asked_by_id } = state.request;
  if (actor.kind !== 'user' || actor.user_id !== asked_by_id || account_id !== accountThatSees(state)) {
    throw new Problem(403, 'context-mismatch', 'The erasure is for somebody else than its context says');
  }
  return {
    askedBy: asked_by_id,
    elevated: actor.elevation_id !== undefined,
    request: {
      ...{ request_id, transaction_id, correlation_id: $correlationId, causation_id: first.id },
      ...{ ip_address: null, user_agent: null, traceparent: traceparent ?? null, timestamp: occurred_at },
    },
  };
}

async function firstEvent(store: EventStore, erasureId: string): Promise<StoredEvent> {
  const stream = `erasure-${erasureId}`;
  for await (const event of store.readStream(stream, { limit: 1, open: false })) {
    if (event.type === 'ErasureRequested') return event;
  }
  throw new Problem(403, 'context-mismatch', 'The erasure was never asked for');
}

/**
 * The context of what is written in an account (null: in none), by `svc:erasure`.
 * @param onBehalfOf who asked; who is erased, where who asked is nobody's business
 */
export const writingIn = (
  { request }: WorkContext,
  accountId: string | null,
  onBehalfOf: string,
): CurrentUserContext => ({
  ...serviceIdentity(erasingPrincipal, { accountId, userId: onBehalfOf }),
  ...request,
});
