import { mappedRole, providerIdOf, serviceIdentity, type ExternalIssuer, type Provision } from '@annals/auth';
import { EmailAddress, PersonName, type BuiltInRole, type ContextRequest } from '@annals/contracts';
import { derivedId, uuidv5 } from '@annals/event-store';
import { accounts, type Account } from '../account/account.js';
import { seatAdmin } from '../account/admins.js';
import { claimId, claims } from '../account/claim.js';
import { selectorOf } from '../account/sign-in-account.js';
import type { Asking } from '../asking.js';
import { emails } from '../email/email.js';
import type { Identity } from '../identity.js';
import { admit } from '../membership/grant-membership.js';
import { membershipId, memberships } from '../membership/membership.js';
import { makeKnown } from '../user/make-known.js';
import { isKnown, mayAct, users } from '../user/user.js';
import type { ExternalCaller } from './external-caller.js';
import { countAsWay, type LinkIdentity } from './link-identity.js';
import { notLinked } from './not-linked.js';
import { providers } from './provider.js';

/** An identity that nobody here goes by yet. */
export interface Stranger {
  issuer: ExternalIssuer;
  caller: ExternalCaller;
  client: ContextRequest['client'];
  provider_hash: string;
  /** Of the identity's stream, as it was found: two lives of one identity are two people. */
  revision: bigint | null;
  now: string;
}

const namespace = '4d7a2f9e-52c6-5a0e-9a55-6d2b8c1f3e70';

/**
 * Makes somebody known whom a trusted issuer sends for the first time: a person without a password, looked after by the
 * account of the configuration and a member of it with the highest role that their token's roles stand for there, else
 * the configured one. Those roles are looked at once, here: from then on roles are given and taken in Annals, and the
 * audit log says by whom.
 *
 * All ids follow from the identity, so many first requests make one person, and one that a crash broke off is finished
 * by the next. The link comes last: whoever is linked has all of the rest.
 * @returns the person's id
 * @throws Problem 401 `identity-not-linked`
 */
export async function provisionPerson(identity: Identity, stranger: Stranger): Promise<string> {
  const { issuer, caller, provider_hash, revision, now } = stranger;
  const { provision } = issuer;
  if (!provision) throw notLinked('sign in and add it to your ways to sign in');
  const accountId = await accountToJoin(identity, provision);
  if (accountId === null) throw notLinked('the account that its issuer lets people into is not open');
  const email = EmailAddress.safeParse(caller.email).data;
  if (email === undefined) throw notLinked('its token names no address');

  const life = uuidv5(namespace, `${provider_hash} ${revision ?? 'new'}`);
  const newId = await unusedId(identity, life);
  const asking = askingFor(stranger, life, newId, accountId);
  const isNew = await register(identity, asking, { user_id: newId, email, accountId, caller });
  const user_id = isNew ? newId : await samePersonHere(identity, provision, caller, email);
  if (user_id === null) throw notLinked('a user here has its address; sign in as that user and add it');

  const role = mappedRole(issuer, caller.roles) ?? provision.role;
  await join(identity, asking, { account_id: accountId, user_id, role });
  return becomeTheirs(identity, asking, {
    ...{ provider_hash, user_id, issuer: issuer.issuer, provider: issuer.provider },
    ...{ provider_id: providerIdOf(issuer, caller.subject), linked_at: now },
    reason: isNew ? 'provisioned' : 'verified-email',
  });
}

/** The open account that an issuer lets people into; null when there is none of that name. */
export async function accountToJoin({ store, secrets }: Identity, { account }: Provision): Promise<string | null> {
  const named = selectorOf(account);
  if (named.account_id !== undefined)
    return isOpen(await store.load(accounts, named.account_id)) ? named.account_id : null;
  const { state: claim } = await store.load(claims.slug, claimId(secrets, { kind: 'slug', value: named.slug }));
  if (claim.kind === 'free') return null;
  return isOpen(await store.load(accounts, claim.account_id), named.slug) ? claim.account_id : null;
}

/** Open, and under this slug, where one is given: a claim alone may be of an account that is never opened. */
const isOpen = ({ state }: { state: Account }, slug?: string): boolean =>
  state.kind === 'open' && (slug === undefined || state.slug === slug);

/** The id this person will have: another one than that of a registration which was given up halfway. */
async function unusedId({ store }: Identity, life: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const id = derivedId(life, `user ${attempt}`);
    const { state } = await store.load(users, id);
    if (state.kind !== 'abandoned') return id;
  }
}

interface NewPerson {
  user_id: string;
  email: string;
  accountId: string;
  caller: ExternalCaller;
}

/** @returns false when the address is somebody else's */
async function register(identity: Identity, asking: Asking, person: NewPerson): Promise<boolean> {
  const { user_id, email, accountId, caller } = person;
  const { state: earlier } = await identity.store.load(users, user_id);
  if (isKnown(earlier)) return true;
  const made = await makeKnown(identity, asking, {
    ...{ user_id, email, email_hash: identity.secrets.emailHash(email) },
    name: PersonName.safeParse(caller.name).data ?? email.slice(0, email.indexOf('@')),
    ...{ home_account_id: null, profile_image: null, managed_by: accountId, joins: [] },
    status: caller.email_verified ? 'active' : 'pending',
  });
  return made !== null;
}

/**
 * Who has the address here, where the issuer is configured to be believed in this, both sides have verified the address
 * and there is less to win than the whole system.
 */
async function samePersonHere(
  { store, secrets }: Identity,
  provision: Provision,
  caller: ExternalCaller,
  email: string,
): Promise<string | null> {
  if (!provision.link_verified_email || !caller.email_verified) return null;
  const email_hash = secrets.emailHash(email);
  const { state: claim } = await store.load(emails, email_hash);
  if (claim.kind === 'free') return null;
  const { state: user } = await store.load(users, claim.user_id);
  const isSame = mayAct(user) && user.email_verified && user.email_hash === email_hash && !user.is_super_admin;
  return isSame ? user.user_id : null;
}

/** Lets a person into the account, unless they are in it or were once: who was removed stays out. */
async function join(
  identity: Identity,
  asking: Asking,
  member: { account_id: string; user_id: string; role: BuiltInRole },
): Promise<void> {
  const { account_id, user_id, role } = member;
  const { state } = await identity.store.load(memberships, membershipId(account_id, user_id));
  const step = (name: string) => ({ ...asking, commandId: derivedId(asking.commandId, name) });
  if (state.kind === 'none') await admit(identity, step('join'), member);
  const isAdmin = state.kind === 'member' ? state.role === 'ADMIN' : state.kind === 'none' && role === 'ADMIN';
  if (isAdmin) await seatAdmin(identity, step('seat'), account_id, user_id);
}

/** @returns whose the identity is: somebody may have linked it by hand at the same moment */
async function becomeTheirs(identity: Identity, asking: Asking, command: LinkIdentity): Promise<string> {
  const { context, now } = asking;
  const { state, events } = await identity.store.execute(providers, command.provider_hash, {
    ...{ id: derivedId(asking.commandId, 'link'), context, now },
    decide: (provider) => (provider.kind === 'free' ? [{ type: 'ProviderLinked', data: command }] : []),
  });
  for (const { id } of events) await countAsWay(identity, asking, id, command);
  return state.kind === 'linked' ? state.user_id : command.user_id;
}

/** Nobody asked for it but the token itself: a named principal does it for the person, in the account that they join. */
function askingFor({ client, now }: Stranger, life: string, userId: string, accountId: string): Asking {
  const id = derivedId(life, `request of ${userId}`);
  return {
    commandId: derivedId(life, userId),
    context: {
      ...serviceIdentity('svc:provisioning', { userId, accountId }),
      ...{ request_id: id, transaction_id: id, correlation_id: id, causation_id: id },
      ...{ ...client, traceparent: null, timestamp: now },
    },
    now,
  };
}
