import { Problem, startElevationRoute, type SessionEvent } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount, written } from '@annals/service';
import { accounts, isKnownAccount } from '../account/account.js';
import { accountNotFound } from '../account/get-account.js';
import type { Identity } from '../identity.js';
import { requireLiveSession } from '../session/live-session.js';
import { ownSession } from '../session/own-session.js';
import { sessions, type Session } from '../session/session.js';
import { elevationFor } from './elevation.js';
import { enforceStart } from './enforce-elevation.js';

export interface StartElevation {
  elevation_id: string;
  account_id: string;
  reason: string;
  minutes: number;
  now: string;
}

/**
 * Lets a super admin into an account for a while, in this session alone, and never beyond its end.
 * @throws Problem 401 `session-over`, 409 `already-elevated`
 */
export function startElevation(session: Session, command: StartElevation): SessionEvent[] {
  if (session.kind !== 'active') throw new Problem(401, 'session-over', 'This session has ended; sign in again');
  const { elevation_id, account_id, reason, minutes, now } = command;
  if (session.elevations.some((one) => one.elevation_id === elevation_id)) return [];
  if (elevationFor(session.elevations, account_id, now)) {
    throw new Problem(409, 'already-elevated', 'This session is elevated in that account already');
  }
  const { session_id, user_id } = session;
  const end = Math.min(Date.parse(now) + minutes * 60_000, Date.parse(session.expires_at));
  const expires_at = new Date(end).toISOString();
  return [{ type: 'ElevationStarted', data: { elevation_id, session_id, user_id, account_id, reason, expires_at } }];
}

/** The fact stands in the account's own log, whatever account the request was made in. */
export const startElevationOfSession = (identity: Identity) =>
  mount(startElevationRoute, async ({ body, commandId, commandHash, context, now }) => {
    const { store, pool } = identity;
    const own = ownSession(context);
    const { user } = await requireLiveSession(identity, { ...own, now });
    if (!user.is_super_admin) throw new Problem(403, 'super-admin-required', 'Only super admins can do this');
    const { account_id, reason, minutes } = body;
    // A closed account lets nobody in; an elevation there is good for bringing it back.
    if (!isKnownAccount((await store.load(accounts, account_id)).state)) throw accountNotFound();
    const id = derivedId(commandId, 'elevation');
    const outcome = await store.execute(sessions, own.session_id, {
      ...{ id: commandId, context, now, accountId: account_id },
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      decide: (session) => startElevation(session, { elevation_id: id, account_id, reason, minutes, now }),
    });
    const [started] = outcome.events;
    if (!started) throw new Error('an elevation that was just started left no fact');
    const { expires_at } = await enforceStart(pool, started);
    const started_at = started.metadata.occurred_at;
    const shown = { id, account_id, session_id: own.session_id, current: true, reason, started_at, expires_at };
    // The revision is the session's, which says nothing about the elevation.
    return { ...written(outcome, () => shown, 201), revision: null };
  });
