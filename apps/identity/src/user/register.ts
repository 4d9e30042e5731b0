import { Problem, registerRoute, type EventOf, type UserRegistered } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount } from '@annals/service';
import { provisionHome } from '../account/provision-home.js';
import type { Asking } from '../asking.js';
import { checkPassword } from '../credential/password-policy.js';
import { storePassword } from '../credential/store-password.js';
import { claimEmail } from '../email/claim-email.js';
import { emails } from '../email/email.js';
import { freeOrphanedClaim } from '../email/orphaned-claim.js';
import type { Identity } from '../identity.js';
import { registerUser } from './register-user.js';
import { noSoonerThan } from './same-time.js';
import { isKnown, users } from './user.js';

export interface Registration {
  email: string;
  password: string;
  name: string;
  /** A home account of their own, or null for somebody who joins another one. */
  home: 'own' | null;
  status: EventOf<typeof UserRegistered>['data']['status'];
}

/** A free and a taken address are answered no sooner than this, so the clock does not tell them apart. */
const answerAfterMs = 250;

/**
 * Registers a person. The claim of the address comes first and decides; each later step can be repeated, by the client
 * with the same command id or, after the user is made, by a reactor.
 * @returns the user's id, or null when the address is taken
 * @throws Problem 400 `password-refused`, 503 `sign-in-busy`, 422 `idempotency-key-reused`
 */
export async function registerPerson(identity: Identity, asking: Asking, person: Registration): Promise<string | null> {
  const { store, secrets, hasher, pool, settings } = identity;
  const { email, name, status } = person;
  checkPassword(person.password, settings.passwordMinLength, person);
  const passwordHash = await hasher.admit(() => hasher.hash(person.password));
  const email_hash = secrets.emailHash(email);
  const user_id = derivedId(asking.commandId, 'user');
  const home_account_id = person.home === 'own' ? derivedId(asking.commandId, 'home-account') : null;
  const { context, now } = asking;
  const accountId = home_account_id ?? ('account_id' in context ? context.account_id : null);
  const step = (step: string) => ({ id: derivedId(asking.commandId, step), context, now, accountId });

  const { state: earlier } = await store.load(users, user_id);
  if (isKnown(earlier) && earlier.email_hash !== email_hash) {
    throw new Problem(422, 'idempotency-key-reused', 'This key came before with another body');
  }
  await freeOrphanedClaim(identity, asking, email_hash);
  const { state: claim } = await store.execute(emails, email_hash, {
    ...step('claim'),
    decide: (state) => claimEmail(state, { email_hash, user_id, now }),
  });
  if (claim.kind !== 'claimed' || claim.user_id !== user_id) return null;
  await storePassword(pool, user_id, passwordHash, now);
  await store.execute(users, user_id, {
    ...step('register'),
    // No hash of the body: it would be a fast hash of the password, in a log that is kept for ever.
    decide: (state) => registerUser(state, { user_id, email, email_hash, name, home_account_id, status }),
  });
  if (home_account_id) await provisionHome(identity, asking, { account_id: home_account_id, user_id });
  return user_id;
}

export const register = (identity: Identity) =>
  mount(registerRoute, async ({ body, ...asking }) => {
    const answered = noSoonerThan(answerAfterMs);
    await registerPerson(identity, asking, { ...body, home: 'own', status: 'pending' });
    await answered;
    return {
      status: 202,
      body: { status: 'accepted', message: 'If the address can be used, a mail with a link is on its way to it' },
    };
  });
