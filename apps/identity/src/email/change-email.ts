import { changeEmailRoute, type UserEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { mayAskForMail } from '../mail/mail-limit.js';
import { ownUser } from '../session/own-session.js';
import { mayAct, users, type User } from '../user/user.js';

export interface RequestEmailChange {
  request_id: string;
  new_email: string;
  email_hash: string;
  now: string;
}

/** Asks for a mail to another address. Whether somebody has that address is not looked at: the answer would tell. */
export function requestEmailChange(user: User, { now, ...request }: RequestEmailChange): UserEvent[] {
  if (!mayAct(user) || user.email_hash === request.email_hash) return [];
  if (!mayAskForMail(user.email_change_requests, now)) return [];
  return [{ type: 'EmailChangeRequested', data: { user_id: user.user_id, ...request, requested_at: now } }];
}

export const changeEmail = ({ store, secrets }: Identity) =>
  mount(changeEmailRoute, async ({ body, commandId, commandHash, context, now }) => {
    const { new_email } = body;
    const request = { request_id: derivedId(commandId, 'email-change'), new_email, now };
    await store.execute(users, ownUser(context), {
      id: commandId,
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      ...{ context, now },
      decide: (state) => requestEmailChange(state, { ...request, email_hash: secrets.emailHash(new_email) }),
    });
    return {
      status: 202,
      body: { status: 'accepted', message: 'If the address can be used, a mail with a link is on its way to it' },
    };
  });
