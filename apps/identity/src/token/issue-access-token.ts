import type { AccessTokenBody } from '@annals/contracts';
import type { Identity } from '../identity.js';

/** Mints an access token for a session in an account; without one, each request names its account. */
export async function issueAccessToken(
  { tokens }: Identity,
  session: { session_id: string; user_id: string; auth_methods: readonly string[] },
  accountId: string | null,
  now: string,
): Promise<AccessTokenBody> {
  const { session_id, user_id } = session;
  const { token, expiresAt } = await tokens.mint({
    sub: user_id,
    sid: session_id,
    account_id: accountId,
    amr: session.auth_methods,
  });
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: expiresAt - Math.floor(Date.parse(now) / 1000),
    session_id,
    user_id,
    account_id: accountId,
  };
}
