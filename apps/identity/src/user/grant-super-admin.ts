import { Problem, type UserEvent } from '@annals/contracts';
import { isKnown, type User } from './user.js';

/** @throws Problem 404 `user-unknown` */
export function grantSuperAdmin(user: User, command: { reason: string }): UserEvent[] {
  if (!isKnown(user)) throw new Problem(404, 'user-unknown', 'There is no such person');
  if (user.is_super_admin) return [];
  return [{ type: 'SuperAdminGranted', data: { user_id: user.user_id, is_super_admin: true, reason: command.reason } }];
}
