import { derivedId, type Outcome } from '@annals/event-store';
import type { Asking } from '../asking.js';
import { claimEmail } from '../email/claim-email.js';
import { emails } from '../email/email.js';
import { freeOrphanedClaim } from '../email/orphaned-claim.js';
import type { Identity } from '../identity.js';
import { registerUser, type RegisterUser } from './register-user.js';
import { users, type User } from './user.js';

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
 * @returns null when the address is somebody else's
 * @throws Problem 409 `registration-abandoned`, 422 `idempotency-key-reused`
 */
export async function makeKnown(
  identity: Identity,
  asking: Asking,
  person: RegisterUser,
  { accountId, prepare }: MakingKnown = {},
): Promise<Outcome<User> | null> {
  if (!(await claimAddress(identity, asking, person, accountId))) return null;
  await prepare?.();
  return identity.store.execute(users, person.user_id, {
    ...stepOf(asking, 'register', accountId),
    decide: (state) => registerUser(state, person),
  });
}

/**
 * Gives a free address, or one of a registration that died, to a person.
 * @returns false when it is somebody else's
 */
export async function claimAddress(
  identity: Identity,
  asking: Asking,
  { email_hash, user_id }: Pick<RegisterUser, 'email_hash' | 'user_id'>,
  accountId?: string | null,
): Promise<boolean> {
  const { store } = identity;
  const { state: held } = await store.load(emails, email_hash);
  if (held.kind === 'claimed' && held.user_id === user_id) return true;
  await freeOrphanedClaim(identity, asking, email_hash);
  const { state: claim } = await store.execute(emails, email_hash, {
    ...stepOf(asking, 'claim', accountId),
    decide: (state) => claimEmail(state, { email_hash, user_id, now: asking.now }),
  });
  return claim.kind === 'claimed' && claim.user_id === user_id;
}

function stepOf({ commandId, commandHash, context, now }: Asking, step: string, accountId?: string | null) {
  return {
    ...{ id: derivedId(commandId, step), context, now },
    ...(commandHash === undefined ? {} : { hash: commandHash }),
    ...(accountId === undefined ? {} : { accountId }),
  };
}
