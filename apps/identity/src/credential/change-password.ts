import { changePasswordRoute, type CredentialEvent } from '@annals/contracts';
import { mount } from '@annals/service';
import { myAccounts } from '../account/choose-account.js';
import type { Identity } from '../identity.js';
import { addresseeOf } from '../email/address-of.js';
import { ownSession } from '../session/own-session.js';
import { changeIdOf, giveNewPassword } from './new-password.js';
import { stagedHash } from './password-changes.js';
import { checkPassword } from './password-policy.js';
import { proveOwnPassword } from './prove-password.js';

export interface ChangePassword {
  user_id: string;
  change_id: string;
  end_sessions: boolean;
  /** The session that asks stays. */
  session_id: string;
}

/** The proof of the present password comes before; whether it was right stands in no log. */
export function changePassword({ user_id, change_id, end_sessions, session_id }: ChangePassword): CredentialEvent[] {
  const how = { reason: 'changed', request_id: null, email_hash: null } as const;
  return [{ type: 'PasswordChanged', data: { user_id, change_id, ...how, end_sessions, kept_session_id: session_id } }];
}

export const changeOwnPassword = (identity: Identity) =>
  mount(changePasswordRoute, async ({ body, ...asking }) => {
    const { user_id, session_id } = ownSession(asking.context);
    const { current_password, new_password: password, end_other_sessions } = body;
    // A repetition proved it the first time; by now the password may be the new one.
    if ((await stagedHash(identity.pool, changeIdOf(asking.commandId, user_id))) === null) {
      await proveOwnPassword(identity, asking, { user_id, session_id }, current_password);
      const [person, accounts] = await Promise.all([
        addresseeOf(identity.store, user_id),
        myAccounts(identity, user_id),
      ]);
      const own = { ...person, accounts: accounts.map(({ name }) => name) };
      checkPassword(password, identity.settings.passwordMinLength, own, 'new_password');
    }
    const change = { user_id, end_sessions: end_other_sessions, session_id };
    const { account_id: accountId } = asking.context;
    return giveNewPassword(identity, asking, {
      ...{ user_id, password, accountId },
      decide: (_, change_id) => changePassword({ ...change, change_id }),
    });
  });
