import type { EventOf, SessionEvent, SessionStarted } from '@annals/contracts';
import type { Session } from './session.js';

/** Longest life of a session, whatever its activity: 30 days. */
export const sessionLifetimeMs = 30 * 24 * 60 * 60 * 1000;

export type StartSession = Omit<EventOf<typeof SessionStarted>['data'], 'expires_at'> & { now: string };

export function startSession(session: Session, command: StartSession): SessionEvent[] {
  if (session.kind !== 'unknown') return [];
  const { now, ...data } = command;
  const expires_at = new Date(Date.parse(now) + sessionLifetimeMs).toISOString();
  return [{ type: 'SessionStarted', data: { ...data, expires_at } }];
}
