import type { SessionEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';
import type { Elevation } from '../elevation/elevation.js';

/** One sign-in on one device. Its last activity stands in PostgreSQL, because it changes too often to be a fact. */
export type Session =
  | { kind: 'unknown' }
  | {
      kind: 'active';
      session_id: string;
      user_id: string;
      device_id: string;
      auth_methods: string[];
      expires_at: string;
      /** Those that have not been ended; whether their time is over is for the reader to see. */
      elevations: readonly Elevation[];
    }
  | { kind: 'ended'; session_id: string; user_id: string; elevations: readonly Elevation[] };

export function evolveSession(session: Session, event: SessionEvent): Session {
  switch (event.type) {
    case 'SessionStarted': {
      const { session_id, user_id, device_id, auth_methods, expires_at } = event.data;
      return { kind: 'active', session_id, user_id, device_id, auth_methods, expires_at, elevations: [] };
    }
    case 'SessionEnded': {
      const { session_id, user_id } = event.data;
      return { kind: 'ended', session_id, user_id, elevations: session.kind === 'active' ? session.elevations : [] };
    }
    case 'AccountSwitched':
    case 'NewDeviceSeen':
    case 'NewCountrySeen':
    case 'ImpossibleTravelSeen':
    case 'RefreshTokenReplayed':
      return session;
    case 'ElevationStarted': {
      const { elevation_id, account_id, reason, expires_at } = event.data;
      if (session.kind !== 'active') return session;
      return { ...session, elevations: [...session.elevations, { elevation_id, account_id, reason, expires_at }] };
    }
    case 'ElevationEnded': {
      if (session.kind === 'unknown') return session;
      const { elevation_id } = event.data;
      return { ...session, elevations: session.elevations.filter((one) => one.elevation_id !== elevation_id) };
    }
  }
}

export const sessions: Aggregate<Session> = {
  category: 'session',
  initial: { kind: 'unknown' },
  evolve: evolveSession,
};
