import { Problem, type ContextRequest } from '@annals/contracts';
import type { Identity } from '../identity.js';
import { originOf } from '../place/origin.js';
import { externalAsker } from '../provider/external-asker.js';
import type { Asker } from './asker.js';
import { requireLiveSession, type LiveSession } from './live-session.js';
import { touch } from './session-tokens.js';

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
