import { Problem, type sessionEndReasons, type SessionEvent } from '@annals/contracts';
import type { Session } from './session.js';

export interface EndSession {
  /** Whose session it must be: another person's is as unknown as one that never was. */
  user_id: string;
  reason: (typeof sessionEndReasons)[number];
}

/** @throws Problem 404 `session-not-found` for an unknown session and for somebody else's */
export function endSession(session: Session, command: EndSession): SessionEvent[] {
  if (session.kind === 'unknown' || session.user_id !== command.user_id) {
    throw new Problem(404, 'session-not-found', 'There is no such session');
  }
  if (session.kind === 'ended') return [];
  const { session_id, user_id } = session;
  return [{ type: 'SessionEnded', data: { session_id, user_id, reason: command.reason } }];
}
