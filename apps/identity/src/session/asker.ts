import type { ActingUser } from '../user/user.js';
import type { ActiveSession } from './live-session.js';

/** The person behind a token, before anybody has looked at an account. */
export interface Asker {
  user: ActingUser;
  /** Null for tokens of other issuers: they have no session of ours. */
  session: ActiveSession | null;
  session_id: string | null;
  /** The external issuer whose token it is; null for our own. */
  issuer: string | null;
  /** The account that people of this issuer join, meant where the request names none and this person is in it. */
  issuer_account_id: string | null;
  auth_methods: string[];
  /** When they last proved who they are in this session. */
  authenticated_at: string | null;
}
