import { deleteUserRoute, type UserEvent } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { changeStanding } from './change-standing.js';
import { isKnown, type User, userNotFound } from './user.js';

/**
 * Deletes a person softly: their address stays theirs and their memberships stay, so that they can be restored.
 * @throws Problem 404 `user-not-found`
 */
export function deleteUser(user: User, command: { now: string; deleted_by_id: string | null }): UserEvent[] {
  if (!isKnown(user)) throw userNotFound();
  if (user.kind === 'deleted') return [];
  const { now: deleted_at, deleted_by_id } = command;
  return [{ type: 'UserDeleted', data: { user_id: user.user_id, status: 'deleted', deleted_at, deleted_by_id } }];
}

export const deleteUserNow = (identity: Identity) =>
  mount(deleteUserRoute, async ({ params, ...asking }) => {
    const command = { now: asking.now, deleted_by_id: asking.context.user_id };
    const done = await changeStanding(identity, asking, params.id, 'user-deleted', (user) => deleteUser(user, command));
    return { ...done, status: 204, body: undefined };
  });
