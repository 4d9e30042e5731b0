import { createHash } from 'node:crypto';
import type { ExternalIssuer, VerifiedToken } from '@annals/auth';
import { Problem } from '@annals/contracts';
import type { Sql } from '@annals/postgres';
import type { Identity } from '../identity.js';

/** How old a token may be with which somebody shows that an identity is theirs, in seconds. */
const freshFor = 600;
/** Difference between an issuer's clock and ours that is forgiven, in seconds. */
const clockSkew = 5;

/** An identity of another issuer that somebody has shown to hold. */
export interface ShownIdentity {
  issuer: ExternalIssuer;
  subject: string;
}

/**
 * Whose identity a token shows. It is made for this moment and counts once: one that leaked from a log, or that another
 * application was given last week, links nothing.
 * @param commandId the request: sent again with its idempotency key, it may bring the same token again
 * @throws Problem 400 `link-token-refused`, `link-token-stale` or `link-token-used`; 422 `idempotency-key-reused`;
 *   503 `token-keys-unavailable`
 */
export async function shownIdentity(
  { issuers, pool }: Identity,
  commandId: string,
  token: string,
  now: string,
): Promise<ShownIdentity> {
  const hash = signedPart(token);
  const used = await usesOf(pool, hash, commandId);
  // The same request again: it was verified when it first came, and may be too old by now.
  const before = used.some(isThis) ? claimsOf(token) : null;
  const issuer = before && issuers.find(before.iss);
  return issuer ? { issuer, subject: before.sub } : verifiedNow();

  async function verifiedNow(): Promise<ShownIdentity> {
    const verified = await issuers.brought.verify(token).catch((error: unknown) => {
      // A 401 would say that the caller's own token does not count.
      if (!(error instanceof Problem) || error.status !== 401) throw error;
      throw new Problem(400, 'link-token-refused', error.detail, { cause: error });
    });
    await useOnce(pool, hash, commandId, freshUntil(verified, Date.parse(now) / 1000));
    // The verifier knows no other issuers than these.
    return { issuer: issuers.find(verified.issuer)!, subject: verified.subject };
  }
}

interface Use {
  isToken: boolean;
  isRequest: boolean;
}

const isThis = ({ isToken, isRequest }: Use) => isToken && isRequest;

async function usesOf(sql: Sql, hash: Buffer, commandId: string): Promise<Use[]> {
  const { rows } = await sql.query<Use>(
    `select token_hash = $1 as "isToken", command_id = $2 as "isRequest" from shown_tokens
     where token_hash = $1 or command_id = $2`,
    [hash, commandId],
  );
  return rows;
}

/** Remembers which request brought a token. One request may come again, with the same token. */
async function useOnce(sql: Sql, hash: Buffer, commandId: string, until: number): Promise<void> {
  await sql.query(
    `insert into shown_tokens (token_hash, command_id, expires_at) values ($1, $2, to_timestamp($3))
     on conflict do nothing`,
    [hash, commandId, until],
  );
  const uses = await usesOf(sql, hash, commandId);
  if (uses.some(({ isRequest, isToken }) => isRequest && !isToken)) {
    throw new Problem(422, 'idempotency-key-reused', 'This key came before with another body');
  }
  if (!uses.some(isThis)) {
    throw new Problem(400, 'link-token-used', 'This token was brought before; get another one from its issuer');
  }
}

/** The moment from which the token would be too old anyway, in seconds since the epoch. */
function freshUntil({ claims }: VerifiedToken, now: number): number {
  const { iat } = claims;
  if (typeof iat !== 'number' || iat > now + clockSkew || iat < now - freshFor - clockSkew) {
    throw new Problem(400, 'link-token-stale', 'This token was not issued just now; get another one from its issuer');
  }
  return iat + freshFor + 2 * clockSkew;
}

/** Without the signature, which some algorithms allow to be written in two ways. */
const signedPart = (token: string) =>
  createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest();

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { iss: string; sub: string };
