import type { EmailChanged, EventOf, UserEvent } from '@annals/contracts';
import { derivedId, streamName, type EventStore, type Position, type StoredEvent } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { revoke } from '../session/revocations.js';
import { isKnown, mayAct, users, type User } from '../user/user.js';
import { claimEmail } from './claim-email.js';
import { dropUnusedClaim } from './drop-unused-claim.js';
import { emails } from './email.js';
import { freeOrphanedClaim } from './orphaned-claim.js';

/** A change whose new address was proven. */
export interface ProvenChange {
  user_id: string;
  request_id: string;
  /** Keyed hash of the new address. */
  email_hash: string;
}

/** `gone`: another request came after it, or the person may not act any more. `taken`: somebody else has the address. */
export type ChangeOutcome = { kind: 'changed'; position: Position | null } | { kind: 'gone' } | { kind: 'taken' };

/** Nothing when the request is not the one that counts any more. */
export function changeAddress(user: User, command: { request_id: string; email: string }): UserEvent[] {
  if (!mayAct(user) || user.email_change?.request_id !== command.request_id) return [];
  const { user_id, email_hash: old_email_hash, email_change } = user;
  const { email_hash } = email_change;
  return [{ type: 'EmailChanged', data: { user_id, ...command, email_hash, old_email_hash, status: 'active' } }];
}

/**
 * Takes a new address into use: claims it, which decides who gets it, then writes the fact, then frees the old one. The
 * ids follow from the request, so that a reactor on the claim finishes what stopped halfway.
 */
export async function completeEmailChange(
  identity: Identity,
  asking: Asking,
  change: ProvenChange,
): Promise<ChangeOutcome> {
  const { store } = identity;
  const { user_id, request_id, email_hash } = change;
  const { state: user, position } = await store.load(users, user_id);
  if (isKnown(user) && user.email_hash === email_hash) return { kind: 'changed', position };
  if (!mayAct(user) || user.email_change?.request_id !== request_id) return { kind: 'gone' };
  const { context, now } = asking;
  const step = (name: string) => ({ id: derivedId(request_id, name), context, now, accountId: user.home_account_id });

  const given = { email_hash, user_id, reason: 'change-abandoned' } as const;
  await dropUnusedClaim(identity, asking, given);
  await freeOrphanedClaim(identity, asking, email_hash);
  const { state: claim } = await store.execute(emails, email_hash, {
    ...step('claim'),
    decide: (state) => claimEmail(state, { email_hash, user_id, now }),
  });
  if (claim.kind !== 'claimed' || claim.user_id !== user_id) return { kind: 'taken' };
  const email = await requestedAddress(store, user_id, request_id);
  const outcome = await store.execute(users, user_id, {
    ...step('change'),
    decide: (state) => (email === null ? [] : changeAddress(state, { request_id, email })),
  });
  for (const event of outcome.events) await followEmailChange(identity, asking, event);
  if (isKnown(outcome.state) && outcome.state.email_hash === email_hash) {
    return { kind: 'changed', position: outcome.position };
  }
  await dropUnusedClaim(identity, asking, given);
  return { kind: 'gone' };
}

/** What has to follow the fact that an address changed; doing it again changes nothing. */
export async function followEmailChange(identity: Identity, asking: Asking, event: StoredEvent): Promise<void> {
  const { user_id, old_email_hash } = event.data as EventOf<typeof EmailChanged>['data'];
  await dropUnusedClaim(identity, asking, { email_hash: old_email_hash, user_id, reason: 'changed' });
  // Contexts name the person by the hash of the address.
  await revoke(identity.pool, event.id, { kind: 'user', key: user_id }, event.metadata.occurred_at);
}

/** The address as it was typed; null once the person was erased. */
async function requestedAddress(store: EventStore, userId: string, requestId: string): Promise<string | null> {
  for await (const { type, data } of store.readStream(streamName('user', userId), { backwards: true })) {
    if (type !== 'EmailChangeRequested' || data.request_id !== requestId) continue;
    return typeof data.new_email === 'string' ? data.new_email : null;
  }
  return null;
}
