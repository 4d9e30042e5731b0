import { endElevationRoute, Problem, type elevationEndReasons, type SessionEvent } from '@annals/contracts';
import type { Outcome } from '@annals/event-store';
import { mount, written } from '@annals/service';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { sessions, type Session } from '../session/session.js';
import { elevationOf } from './elevation-rows.js';
import { enforceEnd } from './enforce-elevation.js';

export interface EndElevation {
  elevation_id: string;
  reason: (typeof elevationEndReasons)[number];
}

/** Nothing to do for one that has ended, also by the end of its session. */
export function endElevation(session: Session, { elevation_id, reason }: EndElevation): SessionEvent[] {
  if (session.kind === 'unknown') return [];
  const elevation = session.elevations.find((one) => one.elevation_id === elevation_id);
  if (!elevation) return [];
  const { session_id, user_id } = session;
  const { account_id } = elevation;
  return [{ type: 'ElevationEnded', data: { elevation_id, session_id, user_id, account_id, reason } }];
}

/** Executes {@link endElevation}, effective everywhere before it resolves. The fact stands in the account's own log. */
export async function leaveAccount(
  { store, pool }: Identity,
  { commandId: id, commandHash: hash, context, now }: Asking,
  sessionId: string,
  command: EndElevation,
): Promise<Outcome<Session>> {
  const { state } = await store.load(sessions, sessionId);
  const known = state.kind === 'unknown' ? [] : state.elevations;
  const accountId = known.find((one) => one.elevation_id === command.elevation_id)?.account_id ?? null;
  const outcome = await store.execute(sessions, sessionId, {
    ...{ id, context, now, accountId },
    ...(hash === undefined ? {} : { hash }),
    decide: (session) => endElevation(session, command),
  });
  for (const event of outcome.events) await enforceEnd(pool, event);
  return outcome;
}

/** A person may end their elevations from any of their sessions. */
export const endElevationOfSession = (identity: Identity) =>
  mount(endElevationRoute, async ({ params, ...asking }) => {
    const own = await elevationOf(identity.pool, ownUser(asking.context), params.id);
    if (!own) throw new Problem(404, 'elevation-not-found', 'There is no such elevation');
    const outcome = await leaveAccount(identity, asking, own.session_id, { elevation_id: params.id, reason: 'ended' });
    return { ...written(outcome, () => undefined, 204), revision: null };
  });
