import {
  apiKeyPrincipal,
  externalCaller,
  looksLikeApiKey,
  readApiKey,
  type ExternalIssuer,
  type TokenVerifier,
  type VerifiedToken,
} from '@annals/auth';
import { Problem, type ContextRequest } from '@annals/contracts';

/** Whom a token stands for, and in which account. */
export interface TokenCaller {
  caller: ContextRequest['caller'];
  tokenAccountId: string | null;
}

export interface ReadToken {
  asking: TokenCaller;
  /** Milliseconds since the epoch; infinity for what does not end by itself. */
  expiresAt: number;
}

export interface TokenReaderOptions {
  verifier: TokenVerifier;
  /** Issuer whose subjects are our users. */
  ownIssuer: string;
  /** Issuers whose subjects identity knows, or does not. */
  issuers: readonly ExternalIssuer[];
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Reads a bearer token: a signed one, which is verified here, or an API key, which only identity can prove.
 * @throws Problem 401 as the verifier does, and `token-session`, `api-key-malformed`
 */
export async function readToken(token: string, options: TokenReaderOptions): Promise<ReadToken> {
  if (looksLikeApiKey(token)) return { asking: keyCaller(token), expiresAt: Number.POSITIVE_INFINITY };
  const verified = await options.verifier.verify(token);
  return { asking: callerOf(verified, options), expiresAt: verified.expiresAt * 1000 };
}

/** A key with a wrong checksum is not worth a question. */
function keyCaller(key: string): TokenCaller {
  const named = readApiKey(key);
  if (!named) throw refused('api-key-malformed', 'This is not the whole text of an API key');
  return { caller: { kind: 'api_key', key }, tokenAccountId: named.account_id };
}

/**
 * Only our own issuer may name our users, sessions and accounts: another issuer's subject could be made to look like one.
 * Who a subject of another issuer is here, only identity knows.
 */
function callerOf(token: VerifiedToken, { ownIssuer, issuers }: TokenReaderOptions): TokenCaller {
  const external = issuers.find(({ issuer }) => issuer === token.issuer);
  if (external) return { caller: externalCaller(external, token), tokenAccountId: null };
  if (token.issuer !== ownIssuer || !uuid.test(token.subject) || !token.sessionId) {
    throw refused('token-session', 'This token does not belong to a session');
  }
  const caller = {
    kind: 'session' as const,
    user_id: token.subject,
    session_id: token.sessionId,
    ...(token.methods.length > 0 ? { auth_methods: token.methods } : {}),
  };
  return { caller, tokenAccountId: token.accountId };
}

/** Principal of the service account that a key stands for. */
export const principalOfKey = (key: string): string | null => {
  const named = readApiKey(key);
  return named && apiKeyPrincipal(named.key_id);
};

const refused = (code: string, detail: string) =>
  new Problem(401, code, detail, { headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
