import type { EventOf, SessionEvent, SessionStarted } from '@annals/contracts';
import type { Session } from './session.js';
import type { Suspicion } from './suspicious.js';

export type StartSession = Omit<EventOf<typeof SessionStarted>['data'], 'expires_at'> & {
  /** Longest life, in seconds, whatever its activity. */
  lifetime: number;
  /** What is unusual about this sign-in: told in the same breath, so each once. */
  suspicions: readonly Suspicion[];
  /** RFC 3339. */
  now: string;
};

export function startSession(session: Session, command: StartSession): SessionEvent[] {
  if (session.kind !== 'unknown') return [];
  const { now, lifetime, suspicions, ...data } = command;
  const expires_at = new Date(Date.parse(now) + lifetime * 1000).toISOString();
  return [{ type: 'SessionStarted', data: { ...data, expires_at } }, ...suspicions];
}
