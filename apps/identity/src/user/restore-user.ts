import { restoreUserRoute, type UserEvent } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { changeStanding } from './change-standing.js';
import { isKnown, type User, userNotFound } from './user.js';

/** @throws Problem 404 `user-not-found` */
export function restoreUser(user: User): UserEvent[] {
  if (!isKnown(user)) throw userNotFound();
  if (user.kind !== 'deleted') return [];
  return [{ type: 'UserRestored', data: { user_id: user.user_id, status: user.before } }];
}

export const restoreDeletedUser = (identity: Identity) =>
  mount(restoreUserRoute, ({ params, ...asking }) => changeStanding(identity, asking, params.id, 'in', restoreUser));
