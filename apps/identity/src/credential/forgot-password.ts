import { forgotPasswordRoute, type CredentialEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount } from '@annals/service';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { mayAskForMail } from '../mail/mail-limit.js';
import { personOfAddress } from '../user/person-of-address.js';
import { noSoonerThan } from '../user/same-time.js';
import { mayAct, type User } from '../user/user.js';
import { credentials, type Credential } from './credential.js';

export interface RequestReset {
  request_id: string;
  /** Who is reached at the address. */
  user: User;
  now: string;
}

/** Asks for a mail with which to set a new password; for somebody who may not sign in there is nothing to ask for. */
export function requestReset(credential: Credential, { request_id, user, now }: RequestReset): CredentialEvent[] {
  const before = credential.reset_requests.map(({ requested_at }) => requested_at);
  if (!mayAct(user) || !mayAskForMail(before, now)) return [];
  const { user_id, email_hash } = user;
  return [{ type: 'PasswordResetRequested', data: { user_id, request_id, email_hash, requested_at: now } }];
}

/** Known and unknown addresses, and ones that asked a moment ago, are answered no sooner than this. */
const answerAfterMs = 250;

/** Does the same for every address; only one that counts gets a fact, and with it a mail. */
export async function askForReset(identity: Identity, asking: Asking, email: string): Promise<void> {
  const { user_id, user } = await personOfAddress(identity, email);
  const { commandId, commandHash, context, now } = asking;
  await identity.store.execute(credentials, user_id, {
    id: commandId,
    ...(commandHash === undefined ? {} : { hash: commandHash }),
    ...{ context, now, accountId: mayAct(user) ? user.home_account_id : null },
    decide: (state) => requestReset(state, { request_id: derivedId(commandId, 'reset'), user, now }),
  });
}

export const forgotPassword = (identity: Identity) =>
  mount(forgotPasswordRoute, async ({ body, ...asking }) => {
    const answered = noSoonerThan(answerAfterMs);
    await askForReset(identity, asking, body.email);
    await answered;
    return {
      status: 202,
      body: { status: 'accepted', message: 'If the address is known, a mail with a link is on its way to it' },
    };
  });
