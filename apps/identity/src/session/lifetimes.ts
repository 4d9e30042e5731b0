import { Problem } from '@annals/contracts';
import type { Settings } from '../identity.js';
import type { SessionTokens } from './session-tokens.js';

/** How long a session may last, and be unused, in seconds. People with more than ordinary rights get less of both. */
export function lifetimesOf(settings: Settings, elevated: boolean): { idle: number; longest: number } {
  const { sessionTimeout, sessionLifetime, elevatedSessionTimeout, elevatedSessionLifetime } = settings;
  if (!elevated) return { idle: sessionTimeout, longest: sessionLifetime };
  return {
    idle: Math.min(sessionTimeout, elevatedSessionTimeout),
    longest: Math.min(sessionLifetime, elevatedSessionLifetime),
  };
}

const challenge = { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };

/**
 * Refuses a session that was not used for too long, or is too old. The rights that count are those of now: who has got
 * more of them since the session began has less time as well.
 * @throws Problem 401 `session-expired`, `session-idle`
 */
export function requireInTime(settings: Settings, tokens: SessionTokens, elevated: boolean, at: string): void {
  const now = Date.parse(at);
  const { idle, longest } = lifetimesOf(settings, elevated);
  if (now >= Math.min(tokens.expires_at.getTime(), tokens.started_at.getTime() + longest * 1000)) {
    throw new Problem(401, 'session-expired', 'This session has reached its longest life; sign in again', challenge);
  }
  if (now - tokens.last_activity_at.getTime() > idle * 1000) {
    throw new Problem(401, 'session-idle', 'This session was not used for too long; sign in again', challenge);
  }
}
