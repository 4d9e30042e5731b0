import { serviceIdentity, personIdentity } from '@annals/auth';
import { Problem, type IdentityContext } from '@annals/contracts';
import type { AccountSelection } from './account-selection.js';
import { principalOfKey, type TokenCaller } from './token-caller.js';

/** Who was refused a context, as far as their token proves it. */
export interface RefusedCallers {
  note(error: unknown, asking: TokenCaller, selection: AccountSelection): void;
  /** Undefined for other refusals, and for people of other issuers, whom only identity knows. */
  find: (error: unknown) => IdentityContext | undefined;
}

/** The account is not theirs, so what they tried must not stand in its log. */
const strangers = new Set(['no-account-access', 'account-mismatch']);

/** Remembers them as long as somebody holds the refusal itself, which a cache may repeat. */
export function rememberRefusedCallers(): RefusedCallers {
  const known = new WeakMap<Problem, IdentityContext>();
  return {
    note(error, { caller, tokenAccountId }, selection) {
      if (!(error instanceof Problem) || error.status === 401 || error.status >= 500) return;
      const isTheirs = error.status === 403 && !strangers.has(error.code);
      const named = isTheirs ? (selection.accountId ?? tokenAccountId) : null;
      if (caller.kind === 'session') {
        const { user_id, session_id } = caller;
        known.set(error, personIdentity({ user_id, session_id, account_id: named }));
      }
      if (caller.kind === 'api_key') {
        const principal = principalOfKey(caller.key);
        // A key belongs to one account, which wants to know what is tried with it.
        if (principal) known.set(error, serviceIdentity(principal, { accountId: tokenAccountId }));
      }
    },
    find: (error) => (error instanceof Problem ? known.get(error) : undefined),
  };
}
