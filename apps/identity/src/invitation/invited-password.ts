import { derivedId } from '@annals/event-store';
import type { Asking } from '../asking.js';
import { credentials, waysToSignIn } from '../credential/credential.js';
import { giveNewPassword } from '../credential/new-password.js';
import type { Identity } from '../identity.js';
import type { Offer } from './invitation.js';

/**
 * Gives an invited person who has no way to sign in the password they chose. Decided on their own log, so of many at
 * once the first counts, and nobody who can sign in gets another password by an invitation.
 * @throws Problem 503 `sign-in-busy`
 */
export async function setInvitedPassword(
  identity: Identity,
  { commandId, context, now }: Asking,
  { account_id, user_id, email_hash, password }: Offer & { user_id: string; password: string },
): Promise<void> {
  const { state } = await identity.store.load(credentials, user_id);
  if (waysToSignIn(state) > 0) return;
  await giveNewPassword(
    identity,
    { commandId: derivedId(commandId, 'password'), context, now },
    {
      ...{ user_id, password, accountId: account_id },
      decide: (credential, change_id) =>
        waysToSignIn(credential) > 0
          ? []
          : [
              {
                type: 'PasswordChanged',
                data: {
                  ...{ user_id, change_id, email_hash, reason: 'accepted-invitation', request_id: null },
                  ...{ end_sessions: false, kept_session_id: null },
                },
              },
            ],
    },
  );
}
