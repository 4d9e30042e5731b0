import { Problem, refreshRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import { signInAccount } from '../account/sign-in-account.js';
import { askedBy, type Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { originOf, type Origin } from '../place/origin.js';
import { issueAccessToken } from '../token/issue-access-token.js';
import { makeRefreshToken, readRefreshToken, type RefreshToken } from '../token/refresh-token.js';
import { decideRotation } from '../token/rotate-refresh.js';
import { endSessionNow } from './end-session-now.js';
import { lifetimesOf, requireInTime } from './lifetimes.js';
import { requireLiveSession } from './live-session.js';
import { openToken, rotate, tokensOf, type Rotated, type SessionTokens } from './session-tokens.js';
import { askerOf } from './who-asks.js';

const refused = () => new Problem(401, 'refresh-refused', 'This refresh token is not good any more; sign in again');

/**
 * Whoever ends a session ends its family before answering, so its row says whether it lives. What the new access token
 * opens is decided from the events, each time a context is derived for it.
 */
export const refresh = (identity: Identity) =>
  mount(refreshRoute, async ({ body, ...asking }) => {
    const claimed = readRefreshToken(identity.secrets.refreshKey, body.refresh_token);
    if (!claimed) throw refused();
    const shown = { ...claimed, text: body.refresh_token, ...originOf(identity.places, asking.context.ip_address) };
    // Asked first: whoever names an account that does not let them in still has their token.
    const named = body.account === undefined ? null : await namedAccount(identity, shown, body.account, asking.now);
    const { tokens, refresh_token } = await exchange(identity, asking, shown);
    const account_id = named ?? (await usualAccount(identity, tokens, asking.now));
    const access = await issueAccessToken(identity, tokens, account_id, asking.now);
    return { status: 200, body: { ...access, refresh_token } };
  });

/** A token of ours, as it came, and where from. */
interface Shown extends RefreshToken, Origin {
  text: string;
}

interface Exchanged {
  tokens: Rotated;
  refresh_token: string;
}

/**
 * Gives the successor of a refresh token. A session that is over is not kept alive by it.
 * @throws Problem 401 `refresh-refused`, also when the token came twice and so the family had to end
 */
async function exchange(identity: Identity, asking: Asking, shown: Shown): Promise<Exchanged> {
  const { secrets, settings } = identity;
  const { session_id, generation, text, network, place } = shown;
  const successor = makeRefreshToken(secrets.refreshKey, { session_id, generation: generation + 1 });
  // Nearly always the token is the present one of a live session: one statement finds that out and exchanges it.
  const tokens = await rotate(identity, {
    ...{ session_id, presented: text, successor, origin: { network, place }, now: asking.now },
    idle: { ordinary: lifetimesOf(settings, false).idle, elevated: lifetimesOf(settings, true).idle },
  });
  return tokens ? { tokens, refresh_token: successor } : repeated(identity, asking, shown);
}

/** What a token gets that is not the present one of a live session: its successor again, or a refusal and its reason. */
async function repeated(
  identity: Identity,
  asking: Asking,
  { session_id, generation, network }: Shown,
): Promise<Exchanged> {
  const { pool, secrets, settings } = identity;
  const tokens = await tokensOf(pool, session_id);
  if (!tokens) throw refused();
  const rotation = decideRotation(tokens, generation, network, new Date(asking.now));
  if (rotation === 'replayed' || rotation === 'replayed-elsewhere') {
    await endReplayed(identity, asking, tokens, rotation === 'replayed-elsewhere');
  }
  if (rotation === 'rotate' || rotation === 'repeat') {
    requireInTime(settings, tokens, tokens.elevated, asking.now);
  }
  if (rotation !== 'repeat') throw refused();
  return { tokens, refresh_token: openToken(secrets, tokens) };
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

/**
 * The account that was asked for; null when the token is not good anyway, which the exchange finds out and acts on.
 * @throws Problem 403 when it does not let them in, 401 when the session is over
 */
async function namedAccount(identity: Identity, shown: Shown, wanted: string, now: string): Promise<string | null> {
  const { session_id, generation, network } = shown;
  const tokens = await tokensOf(identity.pool, session_id);
  const rotation = tokens && decideRotation(tokens, generation, network, new Date(now));
  if (rotation !== 'rotate' && rotation !== 'repeat') return null;
  return signInAccountOf(identity, tokens!, wanted, now);
}

/**
 * The account that was signed in to, else the home account, else the only one there is; null when each request has to
 * name one.
 */
async function usualAccount(identity: Identity, tokens: Rotated, now: string): Promise<string | null> {
  return tokens.signed_in_to ?? signInAccountOf(identity, tokens, undefined, now);
}

async function signInAccountOf(
  identity: Identity,
  { session_id, user_id }: Rotated,
  wanted: string | undefined,
  now: string,
): Promise<string | null> {
  const live = await requireLiveSession(identity, { session_id, user_id, now });
  const account = await signInAccount(identity, askerOf(live), wanted, now);
  return account?.account_id ?? null;
}
