import { Problem, type EventOf, type UserEvent, type UserRegistered } from '@annals/contracts';
import type { User } from './user.js';

export type RegisterUser = EventOf<typeof UserRegistered>['data'];

/** @throws Problem 409 `registration-abandoned` when somebody else was given the address meanwhile */
export function registerUser(user: User, command: RegisterUser): UserEvent[] {
  if (user.kind === 'unknown') return [{ type: 'UserRegistered', data: command }];
  if (user.kind !== 'abandoned') return [];
  throw new Problem(409, 'registration-abandoned', 'This registration took too long; please register again');
}
