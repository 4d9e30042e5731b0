import type { PositionToken } from '@annals/event-store';
import { derivedId } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { offerInvitation } from '../invitation/create-invitation.js';
import { join } from '../membership/join.js';
import type { RegisterUser } from './register-user.js';

export type Welcome = Pick<RegisterUser, 'user_id' | 'email' | 'email_hash' | 'managed_by' | 'joins' | 'imported'> & {
  /** The administrator who made them known. */
  invited_by_id: string | null;
};

const invitedForDays = 7;

/**
 * Makes a person whom an administrator made known a member of their accounts and invites them, unless it was an import that
 * was told not to. Done by the command, and done again by a reactor: the ids come from the person, so twice is once.
 * @returns positions of the memberships
 */
export async function welcome(
  identity: Identity,
  { context, now }: Pick<Asking, 'context' | 'now'>,
  person: Welcome,
): Promise<PositionToken[]> {
  const { user_id, email, email_hash, managed_by, joins, imported, invited_by_id } = person;
  const step = (name: string): Asking => ({ commandId: derivedId(user_id, name), context, now });
  const tokens: PositionToken[] = [];
  for (const { account_id, role } of joins) {
    tokens.push(...(await join(identity, step(`join ${account_id}`), { account_id, user_id, role })));
  }
  const offer = joins.find(({ account_id }) => account_id === managed_by);
  if (offer && typeof email === 'string' && imported?.notify !== false) {
    const { account_id, role } = offer;
    const invited = { account_id, email, email_hash, role, invited_by_id, days: invitedForDays };
    await offerInvitation(identity, step('invitation'), { ...invited, invitee_id: user_id });
  }
  return tokens;
}
