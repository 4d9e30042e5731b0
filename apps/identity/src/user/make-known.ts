import { derivedId } from '@annals/event-store';
import type { Asking } from '../asking.js';
import { claimEmail } from '../email/claim-email.js';
import { emails } from '../email/email.js';
import { freeOrphanedClaim } from '../email/orphaned-claim.js';
import type { Identity } from '../identity.js';
import { registerUser, type RegisterUser } from './register-user.js';
import { users } from './user.js';

/** What else belongs to a registration. */
export interface MakingKnown {
  /** In whose log it stands; the asking account's unless said. */
  accountId?: string | null;
  /** Done once the address is theirs and before they are known by it, so that nobody is found without it. */
  prepare?: () => Promise<void>;
}

/**
 * Gives a person their address, which decides, and makes them known. Each step can be repeated: one that stopped
 * between the two is finished by whoever repeats it, or given up when somebody else wants the address.
 * @returns false when the address is somebody else's
 * @throws Problem 409 `registration-abandoned`, 422 `idempotency-key-reused`
 */
export async function makeKnown(
  identity: Identity,
  asking: Asking,
  person: RegisterUser,
  { accountId, prepare }: MakingKnown = {},
): Promise<boolean> {
  const { store } = identity;
  const { email_hash, user_id } = person;
  const { commandId, commandHash, context, now } = asking;
  const step = (step: string) => ({
    id: derivedId(commandId, step),
    ...(commandHash === undefined ? {} : { hash: commandHash }),
    ...{ context, now },
    ...(accountId === undefined ? {} : { accountId }),
  });
  const { state: held } = await store.load(emails, email_hash);
  if (held.kind !== 'claimed' || held.user_id !== user_id) await freeOrphanedClaim(identity, asking, email_hash);
  const { state: claim } = await store.execute(emails, email_hash, {
    ...step('claim'),
    decide: (state) => claimEmail(state, { email_hash, user_id, now }),
  });
  if (claim.kind !== 'claimed' || claim.user_id !== user_id) return false;
  await prepare?.();
  await store.execute(users, user_id, { ...step('register'), decide: (state) => registerUser(state, person) });
  return true;
}
