import type { SessionEvent } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';

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
    }
  | { kind: 'ended'; session_id: string; user_id: string };

export function evolveSession(session: Session, event: SessionEvent): Session {
  switch (event.type) {
    case 'SessionStarted': {
      const { session_id, user_id, device_id, auth_methods, expires_at } = event.data;
      return { kind: 'active', session_id, user_id, device_id, auth_methods, expires_at };
    }
    case 'SessionEnded':
      return { kind: 'ended', session_id: event.data.session_id, user_id: event.data.user_id };
    case 'AccountSwitched':
      return session;
  }
}

export const sessions: Aggregate<Session> = {
  category: 'session',
  initial: { kind: 'unknown' },
  evolve: evolveSession,
};
