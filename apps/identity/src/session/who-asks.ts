import { Problem, type ContextRequest } from '@annals/contracts';
import type { Identity } from '../identity.js';
import { originOf } from '../place/origin.js';
import { externalAsker } from '../provider/external-asker.js';
import type { ActingUser } from '../user/user.js';
import { requireLiveSession, type ActiveSession, type LiveSession } from './live-session.js';
import { touch } from './session-tokens.js';

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

/**
 * The person of a session of ours.
 * @param auth_methods how their token says they signed in; the session's own unless said
 */
export function askerOf({ session, user, tokens }: LiveSession, auth_methods = session.auth_methods): Asker {
  return {
    ...{ user, session, session_id: session.session_id, issuer: null, issuer_account_id: null, auth_methods },
    authenticated_at: tokens.authenticated_at.toISOString(),
  };
}

/**
 * Who a verified token stands for, and that they may still act.
 * @throws Problem 401 when the session is over or the person may not act any more
 */
export async function whoAsks(identity: Identity, asked: ContextRequest, now: string): Promise<Asker> {
  const { caller, client } = asked;
  switch (caller.kind) {
    case 'session': {
      const { user_id, session_id, auth_methods } = caller;
      const live = await requireLiveSession(identity, { user_id, session_id, now });
      await touch(identity.pool, live.tokens, originOf(identity.places, client.ip_address), now);
      return askerOf(live, auth_methods);
    }
    case 'external':
      return externalAsker(identity, asked, caller, now);
    case 'api_key':
      throw new Problem(401, 'identity-not-linked', 'This identity is not linked to a user of this system');
  }
}
