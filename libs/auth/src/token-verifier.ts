import { Problem } from '@annals/contracts';
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type JWTPayload,
  type ProtectedHeaderParameters,
} from 'jose';
import { rolesOf, type IssuerConfig } from './issuer.js';
import { createKeySet, fetchJwksOverHttp, type FetchJwks, type KeySet } from './key-set.js';

export interface VerifiedToken {
  issuer: string;
  subject: string;
  /** Session of our own tokens (`sid`). */
  sessionId: string | null;
  /** Account of our own tokens (`account_id`). */
  accountId: string | null;
  /** Authentication methods (`amr`, RFC 8176). */
  methods: string[];
  /** Roles under the issuer's roles claim. */
  roles: string[];
  /** Seconds since the epoch. */
  expiresAt: number;
  claims: Readonly<Record<string, unknown>>;
}

export interface TokenVerifier {
  /**
   * Whose token this is. Costs a signature check (~150 µs): callers remember the answer until `expiresAt`.
   * @throws Problem 401 `token-…`; 503 `token-keys-unavailable`
   */
  verify(token: string): Promise<VerifiedToken>;
  /** Refuses a signing key at once, for the case that it leaked. */
  refuseKey(issuer: string, kid: string): void;
}

export interface TokenVerifierOptions {
  issuers: readonly IssuerConfig[];
  fetchJwks?: FetchJwks;
  /** Milliseconds since the epoch. */
  now?: () => number;
}

const longestToken = 8 * 1024;
/** Difference between an issuer's clock and ours that is forgiven, in seconds. */
const clockSkew = 5;

interface TrustedIssuer {
  config: IssuerConfig;
  keys: KeySet;
}

/** @throws Error when two issuers have one name: the keys of the second would speak for the first */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { issuers, fetchJwks = fetchJwksOverHttp, now = Date.now } = options;
  const twice = issuers.find(({ issuer }, index) => issuers.findIndex((other) => other.issuer === issuer) !== index);
  if (twice) throw new Error(`the issuer ${twice.issuer} is trusted twice`);
  const trusted = new Map<string, TrustedIssuer>(
    issuers.map((config) => [config.issuer, { config, keys: createKeySet(config.jwks_uri, fetchJwks, now) }]),
  );

  return {
    async verify(token) {
      const { header, claims } = decode(token);
      const issuer = trusted.get(claims.iss ?? '');
      if (!issuer) throw refused('token-issuer-unknown', 'The issuer of this token is not trusted');
      checkHeader(header, issuer.config);
      return verified(await verifySignature(token, issuer), issuer.config);
    },
    refuseKey: (issuer, kid) => trusted.get(issuer)?.keys.refuse(kid),
  };

  async function verifySignature(token: string, { config, keys }: TrustedIssuer): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, ({ kid, alg }) => keys.find(kid!, alg), {
        algorithms: [...config.algorithms],
        issuer: config.issuer,
        audience: typeof config.audience === 'string' ? config.audience : [...config.audience],
        requiredClaims: ['exp', 'sub'],
        clockTolerance: clockSkew,
        currentDate: new Date(now()),
      });
      return payload;
    } catch (error) {
      throw error instanceof Problem ? error : problemOf(error);
    }
  }
}

/** Reads a token without believing it, to learn which issuer's rules to hold it to. */
function decode(token: string): { header: ProtectedHeaderParameters; claims: JWTPayload } {
  if (token.length > longestToken) throw refused('token-too-long', 'This token is too long');
  try {
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) };
  } catch (cause) {
    throw refused('token-malformed', 'This is not a token', cause);
  }
}

/**
 * Refuses by header before any key is looked up: only the algorithms and types of this issuer, and a key named by id.
 * `jku`, `jwk`, `x5u` and `x5c` are never looked at, so a token cannot bring its own key (RFC 8725 §3.10).
 */
function checkHeader(header: ProtectedHeaderParameters, config: IssuerConfig): void {
  if (!(config.algorithms as readonly string[]).includes(header.alg ?? '')) {
    throw refused('token-algorithm', 'The algorithm of this token is not allowed');
  }
  const typ = plainType(header.typ);
  if (!typ || !config.types.some((allowed) => plainType(allowed) === typ)) {
    throw refused('token-type', 'This kind of token is not an access token');
  }
  if (typeof header.kid !== 'string') throw refused('token-key-unnamed', 'This token does not name its key');
}

/** Media types are compared without case and without `application/` (RFC 7515 §4.1.9). */
const plainType = (typ: unknown) =>
  typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined;

function verified(claims: JWTPayload, config: IssuerConfig): VerifiedToken {
  const text = (value: unknown) => (typeof value === 'string' ? value : null);
  if (!claims.sub) throw refused('token-subject', 'This token is about nobody');
  return {
    issuer: config.issuer,
    subject: claims.sub,
    sessionId: text(claims.sid),
    accountId: text(claims.account_id),
    methods: Array.isArray(claims.amr) ? claims.amr.filter((one): one is string => typeof one === 'string') : [],
    roles: rolesOf(config, claims),
    expiresAt: claims.exp!,
    claims,
  };
}

function problemOf(error: unknown): Problem {
  if (error instanceof errors.JWTExpired) return refused('token-expired', 'This token has expired', error);
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return refused('token-audience', 'This token is meant for somebody else', error);
    if (error.claim === 'nbf') return refused('token-not-yet-valid', 'This token is not valid yet', error);
    return refused('token-claims', `This token's claim ${error.claim} does not hold`, error);
  }
  return refused('token-signature', 'The signature of this token does not hold', error);
}

const refused = (code: string, detail: string, cause?: unknown) =>
  new Problem(401, code, detail, { headers: { 'www-authenticate': 'Bearer error="invalid_token"' }, cause });
