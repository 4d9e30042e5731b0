import { localIssuer, Problem, type AccountPolicies } from '@annals/contracts';
import type { Asker } from '../session/asker.js';
import type { MyAccount } from './choose-account.js';

/** How somebody signed in, as policies look at it. */
export type SignedInBy = Pick<Asker, 'issuer' | 'auth_methods' | 'authenticated_at'>;

/**
 * Why policies keep somebody out who signed in like this; null when they do not. What concerns the person alone works in
 * no account, so whoever is kept out can still enrol a second factor or prove again who they are.
 */
export function refusalBy(policies: AccountPolicies, by: SignedInBy, now: string): Problem | null {
  const { allowed_issuers, mfa_required, session_max_hours } = policies;
  if (allowed_issuers && !allowed_issuers.includes(by.issuer ?? localIssuer)) {
    return new Problem(403, 'account-issuer-not-allowed', 'This account is entered by another way of signing in');
  }
  if (mfa_required && !by.auth_methods.includes('mfa')) {
    return new Problem(403, 'account-requires-mfa', 'This account asks for a second factor: sign in with one');
  }
  // Whoever cannot say when they proved themselves comes with a token of another issuer, which says how long it is good.
  if (session_max_hours === null || by.authenticated_at === null) return null;
  if (Date.parse(now) - Date.parse(by.authenticated_at) <= session_max_hours * 3_600_000) return null;
  return new Problem(401, 'session-too-old-for-account', 'This account asks you to prove again who you are');
}

/** @throws Problem 403 `account-issuer-not-allowed`, `account-requires-mfa`; 401 `session-too-old-for-account` */
export function enforcePolicies({ policies }: Pick<MyAccount, 'policies'>, by: SignedInBy, now: string): void {
  const refusal = refusalBy(policies, by, now);
  if (refusal) throw refusal;
}
