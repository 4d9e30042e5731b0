import { Problem, refreshRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import { signInAccount } from '../account/sign-in-account.js';
import { askedBy, type Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { issueAccessToken } from '../token/issue-access-token.js';
import { isGenuine, makeRefreshToken, readRefreshToken } from '../token/refresh-token.js';
import { decideRotation } from '../token/rotate-refresh.js';
import { endSessionNow } from './end-session-now.js';
import { requireLiveSession, type LiveSession } from './live-session.js';
import { rotate, tokensOf } from './session-tokens.js';

const refused = () => new Problem(401, 'refresh-refused', 'This refresh token is not good any more; sign in again');

/** How often a request that was overtaken by another refresh of the same session looks again. */
const looks = 3;

export const refresh = (identity: Identity) =>
  mount(refreshRoute, async ({ body, ...asking }) => {
    const { live, refresh_token } = await exchange(identity, asking, body.refresh_token);
    const account = await signInAccount(identity, live.user, body.account);
    const access = await issueAccessToken(identity, live.session, account?.account_id ?? null, asking.now);
    return { status: 200, body: { ...access, refresh_token } };
  });

/**
 * Gives the successor of a refresh token. A session that is over is not kept alive by it.
 * @throws Problem 401 `refresh-refused`, also when the token came twice and so the family had to end
 */
async function exchange(
  identity: Identity,
  asking: Asking,
  token: string,
): Promise<{ live: LiveSession; refresh_token: string }> {
  const { pool, secrets } = identity;
  const claimed = readRefreshToken(token);
  if (!claimed) throw refused();
  for (let look = 0; look < looks; look++) {
    const tokens = await tokensOf(pool, claimed.session_id);
    if (!tokens || !isGenuine(secrets.refreshKey, tokens.salt, token)) throw refused();
    const { session_id, user_id, generation, salt } = tokens;
    const tokenOf = (generation: number) => makeRefreshToken(secrets.refreshKey, salt, { session_id, generation });
    const rotation = decideRotation(tokens, claimed.generation, new Date(asking.now));
    if (rotation === 'refuse') throw refused();
    if (rotation === 'reuse') {
      const owner = askedBy(asking, { user_id, session_id: null, account_id: null });
      await endSessionNow(identity, owner, { session_id, user_id, reason: 'refresh-reuse' });
      throw refused();
    }
    const live = await requireLiveSession(identity, { session_id, user_id, now: asking.now }, tokens);
    if (rotation === 'repeat') return { live, refresh_token: tokenOf(generation) };
    const successor = tokenOf(generation + 1);
    if (await rotate(pool, tokens, successor, asking.now)) return { live, refresh_token: successor };
  }
  throw refused();
}
