import { Problem } from '@annals/contracts';
import type { EventStore, StoredEvent } from '@annals/event-store';
import type { Subject } from '../section/section.js';

/**
 * Rights are looked up when the work is done, not when it was asked for.
 * @throws Problem 403 `membership-ended`, `user-inactive`, `account-closed` when the person may not have an export there
 */
export async function requireStanding(store: EventStore, { accountId, userId }: Subject): Promise<void> {
  const membership = await newest(store, `membership-${accountId}_${userId}`, () => true);
  if (!membership || membership.type === 'MembershipEnded') {
    throw new Problem(403, 'membership-ended', 'You are no longer a member of this account');
  }
  const standing = await newest(store, `user-${userId}`, ({ data }) => typeof data.status === 'string');
  if (standing && ['disabled', 'deleted'].includes(String(standing.data.status))) {
    throw new Problem(403, 'user-inactive', 'You can do nothing here at present');
  }
  const account = await newest(store, `account-${accountId}`, ({ type }) => /^Account(Closed|Restored)$/.test(type));
  if (account?.type === 'AccountClosed') throw new Problem(403, 'account-closed', 'This account is closed');
}

async function newest(
  store: EventStore,
  stream: string,
  says: (event: StoredEvent) => boolean,
): Promise<StoredEvent | undefined> {
  for await (const event of store.readStream(stream, { backwards: true, open: false })) if (says(event)) return event;
  return undefined;
}
