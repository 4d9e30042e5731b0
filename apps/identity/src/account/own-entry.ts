import { localIssuer, Problem, type AccountPolicies, type CurrentUserContext } from '@annals/contracts';
import { credentials } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { providers } from '../provider/provider.js';
import { refusalBy } from './enforce-policies.js';

/**
 * Whoever sets the policies of an account has to be let in by them: with what they signed in with, or, where only some
 * issuers count, by an identity of one of them that is linked to them. A key of a service is no person and asks for none.
 * @throws Problem 409 `would-lock-yourself-out`
 */
export async function requireOwnEntry(
  identity: Identity,
  context: CurrentUserContext,
  policies: AccountPolicies,
): Promise<void> {
  const { user_id, session_id, auth_methods, authenticated_at, timestamp } = context;
  if (context.kind !== 'user' || user_id === null) return;
  const issuers = [...(session_id === null ? [] : [localIssuer]), ...(await issuersOf(identity, user_id))];
  const { allowed_issuers: allowed, ...others } = policies;
  const enters = allowed === null || issuers.some((issuer) => allowed.includes(issuer));
  const refusal = refusalBy(
    { ...others, allowed_issuers: null },
    { issuer: null, auth_methods, authenticated_at },
    timestamp,
  );
  if (enters && !refusal) return;
  const why = refusal?.detail ?? 'none of the issuers knows you';
  throw new Problem(409, 'would-lock-yourself-out', `These policies would keep you out: ${why}`);
}

/** Issuers that know the person. */
async function issuersOf({ store }: Identity, userId: string): Promise<string[]> {
  const { state: credential } = await store.load(credentials, userId);
  const linked = await Promise.all(credential.providers.map((hash) => store.load(providers, hash)));
  return linked.flatMap(({ state }) => (state.kind === 'linked' && state.user_id === userId ? [state.issuer] : []));
}
