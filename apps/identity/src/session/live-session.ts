import { Problem } from '@annals/contracts';
import type { Identity } from '../identity.js';
import { mayAct, users, type ActingUser } from '../user/user.js';
import { requireInTime } from './lifetimes.js';
import { tokensOf, type SessionTokens } from './session-tokens.js';
import { sessions, type Session } from './session.js';

export type ActiveSession = Extract<Session, { kind: 'active' }>;

export interface LiveSession {
  session: ActiveSession;
  user: ActingUser;
  tokens: SessionTokens;
}

const challenge = { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };

/**
 * The session, when it may still be used: not ended, not idle too long, not too old, and its person not disabled.
 * Read from the events themselves.
 * @throws Problem 401 `session-ended`, `session-expired` or `session-idle`
 */
export async function requireLiveSession(
  { store, pool, settings }: Identity,
  asked: { session_id: string; user_id: string; now: string },
): Promise<LiveSession> {
  const [{ state: session }, { state: user }, tokens] = await Promise.all([
    store.load(sessions, asked.session_id),
    store.load(users, asked.user_id),
    tokensOf(pool, asked.session_id),
  ]);
  if (session.kind !== 'active' || session.user_id !== asked.user_id || !mayAct(user) || !tokens || tokens.ended_at) {
    throw new Problem(401, 'session-ended', 'This session has ended; sign in again', challenge);
  }
  requireInTime(settings, tokens, tokens.elevated || user.is_super_admin, asked.now);
  return { session, user, tokens };
}
