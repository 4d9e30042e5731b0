import type { SessionEndReason } from '@annals/contracts';
import { comparePositions, derivedId, type Position } from '@annals/event-store';
import { withTransaction } from '@annals/postgres';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { endSessionNow } from './end-session-now.js';
import { lockSignIns, raiseFloor } from './floors.js';
import { openSessionsOf } from './session-tokens.js';

/** Ended at the same time: enough to be quick, few enough to leave connections for others. */
const atOnce = 8;

/**
 * Ends every session of a person, effective everywhere before it resolves. The sessions come from their token rows, which
 * are never behind; sign-ins that are under way come too late. Stopped halfway and repeated, it ends the rest.
 * @param except a session that stays
 * @param startedBy sessions that began later stay; a reactor gives the time of its event, because it may come late
 * @returns how many it ended, and the position after the last of them
 */
export async function endEverySession(
  identity: Identity,
  asking: Asking,
  userId: string,
  reason: SessionEndReason,
  except: string | null = null,
  startedBy: string = new Date().toISOString(),
): Promise<{ ended: number; position: Position | null }> {
  const open = await withTransaction(identity.pool, async (tx) => {
    const [, , found] = await Promise.all([
      lockSignIns(tx, userId, 'ending'),
      raiseFloor(tx, userId, startedBy),
      openSessionsOf(tx, userId, startedBy),
    ]);
    return found;
  });
  return endSessions(
    identity,
    asking,
    userId,
    reason,
    open.filter((id) => id !== except),
  );
}

/** Ends these sessions of a person. */
export async function endSessions(
  identity: Identity,
  asking: Asking,
  userId: string,
  reason: SessionEndReason,
  sessionIds: readonly string[],
): Promise<{ ended: number; position: Position | null }> {
  const left = [...sessionIds];
  const positions: Position[] = [];
  let ended = 0;
  async function work(): Promise<void> {
    for (let session_id = left.shift(); session_id !== undefined; session_id = left.shift()) {
      const one = { ...asking, commandId: derivedId(asking.commandId, session_id) };
      const outcome = await endSessionNow(identity, one, { session_id, user_id: userId, reason });
      if (outcome.kind === 'appended') ended += 1;
      if (outcome.position) positions.push(outcome.position);
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, left.length) }, work));
  return { ended, position: positions.sort(comparePositions).at(-1) ?? null };
}
