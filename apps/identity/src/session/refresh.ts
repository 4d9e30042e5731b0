import { Problem, refreshRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import { signInAccount } from '../account/sign-in-account.js';
import { askedBy, type Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { originOf } from '../place/origin.js';
import { issueAccessToken } from '../token/issue-access-token.js';
import { isGenuine, makeRefreshToken, readRefreshToken } from '../token/refresh-token.js';
import { decideRotation } from '../token/rotate-refresh.js';
import { endSessionNow } from './end-session-now.js';
import { requireInTime } from './lifetimes.js';
import { requireLiveSession } from './live-session.js';
import { rotate, tokensOf, type SessionTokens } from './session-tokens.js';

const refused = () => new Problem(401, 'refresh-refused', 'This refresh token is not good any more; sign in again');

/** How often a request that was overtaken by another refresh of the same session looks again. */
const looks = 3;

/**
 * Whoever ends a session ends its family before answering, so its row says whether it lives. What the new access token
 * opens is decided from the events, each time a context is derived for it.
 */
export const refresh = (identity: Identity) =>
  mount(refreshRoute, async ({ body, ...asking }) => {
    const { tokens, refresh_token } = await exchange(identity, asking, body.refresh_token);
    const account_id = await accountOf(identity, tokens, body.account, asking.now);
    const access = await issueAccessToken(identity, tokens, account_id, asking.now);
    return { status: 200, body: { ...access, refresh_token } };
  });

interface Exchanged {
  tokens: SessionTokens;
  refresh_token: string;
}

/**
 * Gives the successor of a refresh token. A session that is over is not kept alive by it.
 * @throws Problem 401 `refresh-refused`, also when the token came twice and so the family had to end
 */
async function exchange(identity: Identity, asking: Asking, token: string): Promise<Exchanged> {
  const { pool, secrets, settings, places } = identity;
  const claimed = readRefreshToken(token);
  if (!claimed) throw refused();
  const origin = originOf(places, asking.context.ip_address);
  for (let look = 0; look < looks; look++) {
    const tokens = await tokensOf(pool, claimed.session_id);
    if (!tokens || !isGenuine(secrets.refreshKey, tokens.salt, token)) throw refused();
    const { session_id, generation, salt } = tokens;
    const tokenOf = (generation: number) => makeRefreshToken(secrets.refreshKey, salt, { session_id, generation });
    const rotation = decideRotation(tokens, claimed.generation, origin.network, new Date(asking.now));
    if (rotation === 'refuse') throw refused();
    if (rotation === 'replayed' || rotation === 'replayed-elsewhere') {
      await endReplayed(identity, asking, tokens, rotation === 'replayed-elsewhere');
      throw refused();
    }
    requireInTime(settings, tokens, tokens.elevated, asking.now);
    if (rotation === 'repeat') return { tokens, refresh_token: tokenOf(generation) };
    const successor = tokenOf(generation + 1);
    if (await rotate(pool, tokens, successor, origin, asking.now)) return { tokens, refresh_token: successor };
  }
  throw refused();
}

/** Two hold the token, and nobody knows which of them is the person. */
async function endReplayed(
  identity: Identity,
  asking: Asking,
  { session_id, user_id }: SessionTokens,
  other_network: boolean,
): Promise<void> {
  const owner = askedBy(asking, { user_id, session_id: null, account_id: null });
  const { ip_address, user_agent } = asking.context;
  await endSessionNow(identity, owner, {
    ...{ session_id, user_id, reason: 'refresh-reuse' },
    replay: { other_network, ip_address, user_agent },
  });
}

/** The account of the access token: the one asked for, else where its person is at home, else the only one. */
async function accountOf(
  identity: Identity,
  { session_id, user_id, home_account_id }: SessionTokens,
  wanted: string | undefined,
  now: string,
): Promise<string | null> {
  if (wanted === undefined && home_account_id !== null) return home_account_id;
  const { user } = await requireLiveSession(identity, { session_id, user_id, now });
  const account = await signInAccount(identity, user, wanted);
  return account?.account_id ?? null;
}
