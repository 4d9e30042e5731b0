import { derivedId, type StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { actingOn } from '@annals/service';
import { leaveAccount } from '../elevation/end-elevation.js';
import { enforceEnd, enforceStart } from '../elevation/enforce-elevation.js';
import type { Identity } from '../identity.js';
import { sessions } from '../session/session.js';

/**
 * Does again what follows an elevation, for the case that the command fell before it got that far; and ends the
 * elevations of a session with the session, each in the log of its own account.
 */
export const followElevations = (identity: Identity): Reactor => ({
  name: 'follow-elevations',
  categories: ['session'],
  on: {
    async ElevationStarted(event) {
      await enforceStart(identity.pool, event);
    },
    ElevationEnded: (event) => enforceEnd(identity.pool, event),
    async SessionEnded(event: StoredEvent) {
      const sessionId = String(event.data.session_id);
      const { state } = await identity.store.load(sessions, sessionId);
      if (state.kind !== 'ended') return;
      const asking = actingOn(event, 'svc:identity', state.user_id);
      for (const { elevation_id } of state.elevations) {
        const own = { ...asking, commandId: derivedId(event.id, elevation_id) };
        await leaveAccount(identity, own, sessionId, { elevation_id, reason: 'session-ended' });
      }
    },
  },
});
