import { Problem, registerRoute, type EventOf, type UserRegistered } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount } from '@annals/service';
import { provisionHome } from '../account/provision-home.js';
import type { Asking } from '../asking.js';
import { checkPassword } from '../credential/password-policy.js';
import { setFirstPassword } from '../credential/store-password.js';
import type { Identity } from '../identity.js';
import { makeKnown } from './make-known.js';
import { noSoonerThan } from './same-time.js';
import { isKnown, users } from './user.js';

export interface Registration {
  email: string;
  password: string;
  name: string;
  /** A home account of their own, or null for somebody who joins another one. */
  home: 'own' | null;
  status: EventOf<typeof UserRegistered>['data']['status'];
  /** The account that looks after them; nobody's unless said. */
  managed_by?: string | null;
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
  const { store, secrets, hasher, settings } = identity;
  const { email, name, status, managed_by = null } = person;
  checkPassword(person.password, settings.passwordMinLength, person);
  const password_hash = await hasher.admit(() => hasher.hash(person.password));
  const email_hash = secrets.emailHash(email);
  const user_id = derivedId(asking.commandId, 'user');
  const home_account_id = person.home === 'own' ? derivedId(asking.commandId, 'home-account') : null;

  const { state: earlier } = await store.load(users, user_id);
  if (isKnown(earlier) && earlier.registered_email_hash !== email_hash) {
    throw new Problem(422, 'idempotency-key-reused', 'This key came before with another body');
  }
  // They have moved to another address since: the first one is not theirs to take again.
  if (isKnown(earlier) && earlier.email_hash !== email_hash) return user_id;
  const { commandId, context, now } = asking;
  const account = home_account_id ? { accountId: home_account_id } : {};
  const made = await makeKnown(
    identity,
    // No hash of the body: it would be a fast hash of the password, in a log that is kept for ever.
    { commandId, context, now },
    {
      ...{ user_id, email, email_hash, name, home_account_id, status, managed_by },
      ...{ profile_image: null, joins: [] },
    },
    {
      ...account,
      prepare: () => setFirstPassword(identity, asking, { user_id, password_hash, ...account }),
    },
  );
  if (!made) return null;
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
