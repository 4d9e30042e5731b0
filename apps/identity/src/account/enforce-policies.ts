import { localIssuer, Problem } from '@annals/contracts';
import type { Asker } from '../session/who-asks.js';
import type { MyAccount } from './choose-account.js';

/**
 * Whether the account's policies let somebody work in it who signed in like this. What concerns the person alone works
 * in no account, so whoever is refused here can still enrol a second factor or sign in in another way.
 * @throws Problem 403 `account-issuer-not-allowed`, `account-requires-mfa`; 401 `session-too-old-for-account`
 */
export function enforcePolicies({ policies }: MyAccount, asker: Asker, now: string): void {
  const { allowed_issuers, mfa_required, session_max_hours } = policies;
  if (allowed_issuers && !allowed_issuers.includes(asker.issuer ?? localIssuer)) {
    throw new Problem(403, 'account-issuer-not-allowed', 'This account is entered by another way of signing in');
  }
  if (mfa_required && !asker.auth_methods.includes('mfa')) {
    throw new Problem(403, 'account-requires-mfa', 'This account asks for a second factor: sign in with one');
  }
  // How long a token of another issuer stays good is that issuer's to say.
  if (session_max_hours === null || asker.authenticated_at === null) return;
  if (Date.parse(now) - Date.parse(asker.authenticated_at) > session_max_hours * 3_600_000) {
    throw new Problem(401, 'session-too-old-for-account', 'This account asks you to prove again who you are');
  }
}
