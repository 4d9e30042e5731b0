import { disableUserRoute, Problem, type UserEvent } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { changeStanding } from './change-standing.js';
import { isKnown, type KnownUser, type User, userNotFound } from './user.js';

/** @throws Problem 404 `user-not-found`, 409 `user-deleted` */
export function disableUser(user: User, command: { reason: string | null }): UserEvent[] {
  const known = requireNotDeleted(user);
  if (known.kind === 'disabled') return [];
  const { user_id } = known;
  return [{ type: 'UserDisabled', data: { user_id, status: 'disabled', reason: command.reason } }];
}

/** @throws Problem 404 `user-not-found`, 409 `user-deleted` */
export function requireNotDeleted(user: User): Exclude<KnownUser, { kind: 'deleted' }> {
  if (!isKnown(user)) throw userNotFound();
  if (user.kind === 'deleted') throw new Problem(409, 'user-deleted', 'This person was deleted; restore them first');
  return user;
}

export const disableUserNow = (identity: Identity) =>
  mount(disableUserRoute, ({ params, body, ...asking }) =>
    changeStanding(identity, asking, params.id, 'user-disabled', (user) => disableUser(user, body)),
  );
