import type { ExternalIssuer } from '@annals/auth';
import { Problem, type ContextRequest } from '@annals/contracts';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';
import type { ExternalCaller } from './external-caller.js';
import type { Asker } from '../session/asker.js';
import { mayAct, users } from '../user/user.js';
import { confirmAddress } from './confirm-address.js';
import { notLinked } from './not-linked.js';
import { accountToJoin, provisionPerson } from './provision-person.js';
import { providers } from './provider.js';

/**
 * The person that an identity of another issuer stands for: whom it is linked to, else, where its issuer is configured
 * so, somebody who is made known on first sight. Read from the facts themselves.
 * @throws Problem 401 `identity-not-linked`, 401 `person-inactive` when they may not act here (any more)
 */
export async function externalAsker(
  identity: Identity,
  { selector, client }: ContextRequest,
  caller: ExternalCaller,
  now: string,
): Promise<Asker> {
  const { store, secrets, issuers, settings } = identity;
  const issuer = issuers.find(caller.issuer);
  if (!issuer) throw notLinked('its issuer is not trusted');
  const provider_hash = secrets.providerHash(caller.issuer, caller.subject);
  const { state, revision } = await store.load(providers, provider_hash);
  const userId =
    state.kind === 'linked'
      ? state.user_id
      : await provisionPerson(identity, { issuer, caller, client, provider_hash, revision, now });
  const { state: found } = await store.load(users, userId);
  const user = state.kind === 'linked' ? await confirmAddress(identity, state, caller, found, now) : found;
  if (!mayAct(user) || (settings.requireVerifiedEmail && !user.email_verified)) {
    throw new Problem(401, 'person-inactive', 'This person may not sign in at the moment', {
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    });
  }
  const namesAccount = selector.account_id !== undefined || selector.slug !== undefined;
  return {
    ...{ user, session: null, session_id: null, issuer: caller.issuer, auth_methods: caller.auth_methods },
    issuer_account_id: namesAccount ? null : await accountOfIssuer(identity, issuer, userId),
    authenticated_at: provenAt(caller, now),
  };
}

/** The account that people of this issuer join, when this person belongs to it. */
async function accountOfIssuer(identity: Identity, issuer: ExternalIssuer, userId: string): Promise<string | null> {
  const accountId = issuer.provision && (await accountToJoin(identity, issuer.provision));
  if (!accountId) return null;
  const { state } = await identity.store.load(memberships, membershipId(accountId, userId));
  return state.kind === 'member' ? accountId : null;
}

/** Another clock may be ahead of ours: nobody has proved themselves in the future. */
function provenAt({ authenticated_at }: ExternalCaller, now: string): string | null {
  return authenticated_at !== null && authenticated_at > now ? now : authenticated_at;
}
