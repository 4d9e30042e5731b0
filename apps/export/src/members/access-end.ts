import { Problem, type AccessEnd, type CurrentUserContext } from '@annals/contracts';
import type { VerifiedMessage } from '@annals/messaging';
import { z } from 'zod';
import type { Whose } from '../views/open-exports/open-exports.projection.js';

const Membership = z.object({ account_id: z.uuid(), user_id: z.uuid() });
const Person = z.object({ user_id: z.uuid() });
const Account = z.object({ account_id: z.uuid() });

const inAccount = ({ account_id: account, user_id: owner }: z.infer<typeof Membership>): Whose => ({ account, owner });
const everywhere = ({ user_id: owner }: z.infer<typeof Person>): Whose => ({ account: null, owner });
const wholeAccount = ({ account_id: account }: z.infer<typeof Account>): Whose => ({ account, owner: null });

/** What identity tells that ends somebody's business with exports, and whose. Fields that are added later do not matter. */
const ends: Readonly<Record<string, { reason: AccessEnd; whose: (data: unknown) => Whose }>> = {
  'identity.membership_ended.v1': { reason: 'membership-ended', whose: (data) => inAccount(Membership.parse(data)) },
  'identity.user_disabled.v1': { reason: 'user-disabled', whose: (data) => everywhere(Person.parse(data)) },
  'identity.user_deleted.v1': { reason: 'user-deleted', whose: (data) => everywhere(Person.parse(data)) },
  'identity.account_closed.v1': { reason: 'account-closed', whose: (data) => wholeAccount(Account.parse(data)) },
};

/**
 * What a message of identity ends; null when nothing.
 * @throws Problem 403 `event-mismatch` when somebody else speaks for identity, or of another account than the context says
 */
export function accessEndOf(
  { type, data }: Pick<VerifiedMessage, 'type' | 'data'>,
  { principal, account_id }: Pick<CurrentUserContext, 'principal' | 'account_id'>,
): { reason: AccessEnd; whose: Whose } | null {
  const end = ends[type];
  if (!end) return null;
  const whose = end.whose(data);
  if (principal !== 'svc:identity' || (whose.account !== null && whose.account !== account_id)) {
    throw new Problem(403, 'event-mismatch', 'The event says other than its context');
  }
  return { reason: end.reason, whose };
}
