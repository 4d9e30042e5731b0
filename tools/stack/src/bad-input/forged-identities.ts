import { gatewayPrincipal, personIdentity, serviceIdentity } from '@annals/auth';
import type { IdentityContext } from '@annals/contracts';
import {
  ed25519With,
  hmacWith,
  keyIn,
  minute,
  partsOf,
  tampered,
  token,
  unsigned,
  type SignBytes,
} from './forged-tokens.js';
import type { TrustedIssuer } from './trusted-issuer.js';

/** Somebody whose token or context is forged. */
export interface Known {
  userId: string;
  accountId: string;
  sessionId: string;
  token: string;
}

/** What a forger has at hand; the keys of the inside are more than one from outside would have. */
export interface Forgery {
  keysDir: string;
  own: Known;
  other: Known;
  elsewhere: TrustedIssuer;
  /** The published signing keys, as text and the first one's public part. */
  jwks: string;
  publicKey: string;
}

/** Access tokens that must not be accepted, each with the code of its refusal. */
export function forgedTokens({
  keysDir,
  own,
  other,
  elsewhere,
  jwks,
  publicKey,
}: Forgery): [code: string, jws: string][] {
  const [ownHeader, ownClaims] = partsOf(own.token);
  const key = keyIn(keysDir, gatewayPrincipal);
  const { d: _, ...jwk } = key;
  const forged = (header: object, claims: object, signature: SignBytes = ed25519With(key)) =>
    token({ ...ownHeader, ...header }, { ...ownClaims, ...claims }, signature);
  const past = minute().iat - 3600;
  return [
    ['token-malformed', 'garbage'],
    ['token-malformed', 'a.b.c'],
    ['token-malformed', 'x'.repeat(9_000)],
    ['token-algorithm', forged({ alg: 'none' }, {}, unsigned)],
    ['token-algorithm', forged({ alg: 'NONE' }, {}, unsigned)],
    ['token-algorithm', forged({ alg: 'HS256' }, {}, hmacWith(publicKey))],
    ['token-algorithm', forged({ alg: 'HS256' }, {}, hmacWith(Buffer.from(publicKey, 'base64url')))],
    ['token-algorithm', forged({ alg: 'HS256' }, {}, hmacWith(jwks))],
    ['token-signature', forged({}, {}, unsigned)],
    ['token-signature', forged({}, { sub: other.userId })],
    ['token-signature', forged({ jwk }, {})],
    ['token-signature', forged({ jku: 'http://127.0.0.1:1/jwks' }, {})],
    ['token-signature', tampered(own.token)],
    ['token-key-unknown', forged({ kid: 'gateway' }, {})],
    ['token-issuer-unknown', forged({}, { iss: 'https://evil.test' })],
    ['token-type', contextFor(keysDir, somebody(own), 'gateway', { iss: ownClaims.iss })],
    ['token-issuer-unknown', contextFor(keysDir, somebody(own))],
    ['identity-not-linked', elsewhere.issue()],
    ['identity-not-linked', elsewhere.issue({ sub: own.userId, sid: own.sessionId })],
    ['token-expired', elsewhere.issue({ iat: past, exp: past + 60 })],
    ['token-not-yet-valid', elsewhere.issue({ nbf: minute().exp + 600 })],
    ['token-audience', elsewhere.issue({ aud: 'annals' })],
    ['token-type', elsewhere.issue({}, { typ: 'ctx+jwt' })],
  ];
}

export const somebody = ({ userId, accountId }: Known): IdentityContext =>
  personIdentity({ user_id: userId, account_id: accountId, role: 'ADMIN', permissions: ['VIEW_AUDIT_LOG'] });

/** A context as the gateway signs it, unless said otherwise. */
export function contextFor(
  keysDir: string,
  ctx: IdentityContext,
  principal = gatewayPrincipal,
  claims: object = {},
  header: object = {},
): string {
  const full = { iss: principal, aud: 'annals:inside', ctx, ...minute(), ...claims };
  const signature = ed25519With(keyIn(keysDir, principal));
  return token({ alg: 'EdDSA', typ: 'ctx+jwt', kid: principal, ...header }, full, signature);
}

/** Contexts that no service may accept, also from somebody who has stolen a key. */
export function forgedContexts({ keysDir, own }: Pick<Forgery, 'keysDir' | 'own'>): string[] {
  const ctx = somebody(own);
  const past = minute().iat - 600;
  return [
    'garbage',
    own.token,
    contextFor(keysDir, ctx, 'svc:profile'),
    contextFor(keysDir, ctx, 'svc:profile', { iss: 'gateway' }, { kid: 'gateway' }),
    contextFor(keysDir, ctx, 'gateway', { iat: past, exp: past + 60 }),
    contextFor(keysDir, ctx, 'gateway', { exp: minute().iat + 86_400 }),
    contextFor(keysDir, ctx, 'gateway', { aud: 'annals' }),
    contextFor(keysDir, ctx, 'gateway', {}, { typ: 'msgctx+jwt' }),
    contextFor(keysDir, ctx, 'gateway', {}, { alg: 'none' }),
    contextFor(keysDir, serviceIdentity('svc:export'), 'gateway'),
    tampered(contextFor(keysDir, ctx)),
  ];
}

/** Everything that somebody outside might say about themselves in headers of ours. */
export function spoofedHeaders({ keysDir, other }: Pick<Forgery, 'keysDir' | 'other'>): [string, string][] {
  const context = contextFor(keysDir, somebody(other));
  const named = (names: string[], value: string) => names.map((name): [string, string] => [name, value]);
  return [
    ...named(['x-annals-context', 'X-ANNALS-CONTEXT', 'x_annals_context', 'x-annals_context'], context),
    ...named(['x-annals-client-address', 'X-Forwarded-For', 'forwarded', 'x-real-ip'], '6.6.6.6'),
    ...named(['x-annals-client-agent', 'X_Annals_Client_Agent'], 'spoofed'),
    ...named(['x-correlation-id', 'X_Correlation_Id', 'x-transaction-id', 'x-causation-id'], 'spoofed-id'),
    ...named(['x-user-id', 'x-annals-user-id'], other.userId),
    ...named(['x-tenant-id', 'x-account-id', 'account_id'], other.accountId),
    ['x-http-method-override', 'DELETE'],
    ['user-agent', 'honest'],
  ];
}
