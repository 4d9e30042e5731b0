import { Problem, resetPasswordRoute, type CredentialEvent } from '@annals/contracts';
import { mount, type Reply, type RouteRequest } from '@annals/service';
import { myAccounts } from '../account/choose-account.js';
import { recordFailedSignIn } from '../attempt/failed-sign-in.js';
import { addresseeOf } from '../email/address-of.js';
import { findToken, type MailedRequest } from '../email/mailed-token.js';
import type { Identity } from '../identity.js';
import { mayAct, users } from '../user/user.js';
import { credentials, type Credential } from './credential.js';
import { changeIdOf, giveNewPassword } from './new-password.js';
import { stagedHash } from './password-changes.js';
import { checkPassword } from './password-policy.js';

export interface ResetPassword {
  change_id: string;
  user_id: string;
  request_id: string;
  email_hash: string;
  end_sessions: boolean;
}

/**
 * Uses up a request for a new password, and with it every other one that is open. Second factors stay as they are.
 * @throws Problem 400 `invalid-reset-token` when it was used, or another password came in between
 */
export function resetPassword(credential: Credential, command: ResetPassword): CredentialEvent[] {
  if (!credential.open_resets.includes(command.request_id)) throw invalid();
  return [{ type: 'PasswordChanged', data: { ...command, reason: 'reset', kept_session_id: null } }];
}

const invalid = () => new Problem(400, 'invalid-reset-token', 'The link is wrong, too old or was used already');

export const resetForgottenPassword = (identity: Identity) =>
  mount(resetPasswordRoute, (request) =>
    resetByLink(identity, request).catch(async (error: unknown) => {
      // Whose link it would have been is not looked for: who guesses links names nobody.
      const attempt = { step: 'password-reset', reason: 'wrong', user_id: null } as const;
      if (error instanceof Problem && error.code === invalid().code) {
        await recordFailedSignIn(identity, request, attempt);
      }
      throw error;
    }),
  );

type ResetRequest = RouteRequest<(typeof resetPasswordRoute)['definition']>;

async function resetByLink(identity: Identity, { body, ...asking }: ResetRequest): Promise<Reply> {
  const { store, pool, settings } = identity;
  const { token, new_password: password, end_other_sessions: end_sessions } = body;
  const request = await findToken(pool, 'password-reset', token, asking.now);
  if (!request) throw invalid();
  const { user_id, email_hash } = request;
  const change = { user_id, request_id: request.request_id!, email_hash, end_sessions };
  const change_id = changeIdOf(asking.commandId, user_id);
  if ((await stagedHash(pool, change_id)) === null) {
    // Looked at before anything is hashed: a used link must not cost more than a wrong one.
    resetPassword((await store.load(credentials, user_id)).state, { ...change, change_id });
    const [person, accounts] = await Promise.all([addresseeOf(store, user_id), myAccounts(identity, user_id)]);
    const own = { ...person, accounts: accounts.map(({ name }) => name) };
    checkPassword(password, settings.passwordMinLength, own, 'new_password');
  }
  const accountId = await accountOfHolder(identity, request);
  return giveNewPassword(identity, asking, {
    ...{ user_id, password, accountId },
    decide: (state, change_id) => resetPassword(state, { ...change, change_id }),
  });
}

/** @returns the account in whose log it stands @throws Problem 400 when the address is not theirs any more */
async function accountOfHolder({ store }: Identity, { user_id, email_hash }: MailedRequest): Promise<string | null> {
  const { state: user } = await store.load(users, user_id);
  if (!mayAct(user) || user.email_hash !== email_hash) throw invalid();
  return user.home_account_id;
}
