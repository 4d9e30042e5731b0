import { enableUserRoute, type UserEvent } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { changeStanding } from './change-standing.js';
import { requireNotDeleted } from './disable-user.js';
import type { User } from './user.js';

/**
 * Lets a disabled person in again: active, or pending when their address was never proved.
 * @throws Problem 404 `user-not-found`, 409 `user-deleted`
 */
export function enableUser(user: User): UserEvent[] {
  const known = requireNotDeleted(user);
  if (known.kind !== 'disabled') return [];
  return [{ type: 'UserEnabled', data: { user_id: known.user_id, status: standingOf(known) } }];
}

const standingOf = ({ email_verified }: { email_verified: boolean }) => (email_verified ? 'active' : 'pending');

export const enableUserAgain = (identity: Identity) =>
  mount(enableUserRoute, ({ params, ...asking }) => changeStanding(identity, asking, params.id, 'in', enableUser));
