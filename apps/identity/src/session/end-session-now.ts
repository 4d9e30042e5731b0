import type { Outcome } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { endSession, type EndSession } from './end-session.js';
import { revoke } from './revocations.js';
import { endFamily } from './session-tokens.js';
import { sessions, type Session } from './session.js';

/**
 * Ends a session, effective everywhere before it resolves: the fact, the marker that gateways compare on each request,
 * and the refresh family. A crash in between is made good by a reactor on the fact.
 * @throws Problem 404 `session-not-found`
 */
export async function endSessionNow(
  { store, pool }: Identity,
  asking: Asking,
  { session_id, ...command }: EndSession & { session_id: string },
): Promise<Outcome<Session>> {
  const { commandId, commandHash, context, now } = asking;
  const outcome = await store.execute(sessions, session_id, {
    id: commandId,
    ...(commandHash === undefined ? {} : { hash: commandHash }),
    context,
    now,
    decide: (state) => endSession(state, command),
  });
  await enforceEnd(pool, outcome.events[0]?.id ?? commandId, session_id, now);
  return outcome;
}

/** What has to follow the fact that a session ended; doing it again changes nothing. */
export async function enforceEnd(
  pool: Identity['pool'],
  sourceId: string,
  sessionId: string,
  at: string,
): Promise<void> {
  await endFamily(pool, sessionId, at);
  await revoke(pool, sourceId, { kind: 'session', key: sessionId }, at);
}
