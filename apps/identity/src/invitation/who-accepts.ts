import { Problem, type acceptInvitationRoute, type BodyOf } from '@annals/contracts';
import type { Asking } from '../asking.js';
import { credentials, waysToSignIn } from '../credential/credential.js';
import { checkPassword } from '../credential/password-policy.js';
import { storedPassword } from '../credential/store-password.js';
import { emails } from '../email/email.js';
import type { Identity } from '../identity.js';
import { claimAddress } from '../user/make-known.js';
import { readPerson } from '../user/read-person.js';
import { isKnown, mayAct, users, type KnownUser } from '../user/user.js';
import { inviteeOf } from './create-invitation.js';
import { invitations, invitationStream, type Offer } from './invitation.js';
import { offeredAddress } from './offered-address.js';

export interface Accepting {
  user_id: string;
  /** Of somebody whom nobody knew. */
  registers: { email: string; name: string } | undefined;
  /** Of somebody who has no way to sign in yet. */
  password: string | null;
}

type Body = BodyOf<(typeof acceptInvitationRoute)['definition']>;

/**
 * Who says yes: the signed-in person, when the address is theirs; else whoever has the address and cannot sign in yet;
 * else somebody new. The token came by mail, so its holder has the address.
 * @throws Problem 403 `invitation-for-another-address`, `invitation-not-for-them`, 401 `sign-in-to-accept`,
 *   400 `password-missing`, `name-missing`, `password-refused`, 409 `address-not-free`
 */
export async function whoAccepts(identity: Identity, asking: Asking, offer: Offer, body: Body): Promise<Accepting> {
  const { context } = asking;
  if (context.kind !== 'anonymous') return signedInPerson(identity, context.user_id, offer);
  const { state: claim } = await identity.store.load(emails, offer.email_hash);
  const { state: holder } = claim.kind === 'free' ? { state: null } : await identity.store.load(users, claim.user_id);
  if (holder && isKnown(holder)) return knownPerson(identity, offer, holder, body);
  return newPerson(identity, asking, offer, body);
}

async function signedInPerson({ store }: Identity, userId: string | null, offer: Offer): Promise<Accepting> {
  const { state: user } = await store.load(users, userId ?? offer.invitee_id);
  if (userId === null || !mayAct(user) || user.email_hash !== offer.email_hash) {
    throw new Problem(403, 'invitation-for-another-address', 'The invitation is for another address than yours');
  }
  return { user_id: user.user_id, registers: undefined, password: null };
}

async function knownPerson(
  identity: Identity,
  { account_id, invitation_id, offer_id }: Offer,
  user: KnownUser,
  body: Body,
): Promise<Accepting> {
  const { user_id } = user;
  if (!mayAct(user)) throw new Problem(403, 'invitation-not-for-them', 'The person invited may not come in any more');
  if (await canSignIn(identity, user_id)) {
    // Of two that say yes at the same time, the other may have got this far since.
    const { state: present } = await identity.store.load(invitations, invitationStream(account_id, invitation_id));
    const again = present.kind === 'accepted' && present.user_id === user_id && present.offer.offer_id === offer_id;
    if (again) return { user_id, registers: undefined, password: null };
    throw new Problem(401, 'sign-in-to-accept', 'Sign in with this address to accept', {
      headers: { 'www-authenticate': 'Bearer' },
    });
  }
  const person = await readPerson(identity.store, user_id);
  const own = { email: person?.email ?? '', name: person?.name ?? '' };
  return { user_id, registers: undefined, password: passwordOf(identity, body, own) };
}

/** Somebody nobody knows gets the address first: that decides when two ask for it at once. */
async function newPerson(identity: Identity, asking: Asking, offer: Offer, body: Body): Promise<Accepting> {
  const email = await offeredAddress(identity.store, offer);
  if (email === null) throw new Problem(403, 'invitation-erased', 'The person invited was forgotten');
  if (body.name === undefined) throw missing('name', 'name-missing', 'Say your name');
  const registers = { email, name: body.name };
  const password = passwordOf(identity, body, registers);
  const user_id = await inviteeNow(identity, offer);
  // Of the person, not of the request: whoever repeats it takes the same step.
  const step = { commandId: user_id, context: asking.context, now: asking.now };
  if (!(await claimAddress(identity, step, { email_hash: offer.email_hash, user_id }))) {
    throw new Problem(409, 'address-not-free', 'Somebody registers with this address at this moment; try again', {
      headers: { 'retry-after': '60' },
    });
  }
  return { user_id, registers, password };
}

/** The id kept for whoever registers by the offer; another one when a registration under it was given up. */
async function inviteeNow({ store }: Identity, { offer_id }: Offer): Promise<string> {
  let id = inviteeOf(offer_id);
  while ((await store.load(users, id)).state.kind === 'abandoned') id = inviteeOf(id);
  return id;
}

/** Also somebody whose password the log does not know of, because it is older than such facts. */
async function canSignIn({ store, pool }: Identity, userId: string): Promise<boolean> {
  const [{ state: credential }, password] = await Promise.all([
    store.load(credentials, userId),
    storedPassword(pool, userId),
  ]);
  return password !== null || waysToSignIn(credential) > 0;
}

function passwordOf({ settings }: Identity, { password }: Body, own: { email: string; name: string }): string {
  if (password === undefined) throw missing('password', 'password-missing', 'Choose a password to sign in with');
  checkPassword(password, settings.passwordMinLength, own);
  return password;
}

const missing = (path: string, code: string, detail: string) =>
  new Problem(400, code, detail, { fields: [{ path, code: 'missing', message: 'is needed here' }] });
