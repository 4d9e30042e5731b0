import { z } from 'zod';
import { claimAt } from './claims.js';

/** Signature algorithms an issuer may be trusted with. Symmetric ones and `none` cannot even be configured. */
export const asymmetricAlgorithms = [
  'EdDSA',
  'Ed25519',
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
] as const;

const isLoopback = (url: URL) => ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);

function isSafeKeyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url));
}

/** What is needed to verify the tokens of an issuer: an Auth0, Clerk or Keycloak tenant, or our own identity service. */
export const issuerShape = {
  /** Compared with `iss` character by character; Auth0's ends with a slash. */
  issuer: z.string().min(1),
  /** `aud` must hold one of these. */
  audience: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  jwks_uri: z.string().refine(isSafeKeyUrl, 'is an https URL (http only on loopback)'),
  algorithms: z.array(z.enum(asymmetricAlgorithms)).min(1).default(['RS256']),
  /** Claim with the roles: a name, taken whole first (`https://acme.test/roles`), then as a path (`realm_access.roles`). */
  roles_claim: z.string().min(1).optional(),
  /** Values of the `typ` header that are access tokens of this issuer (RFC 9068 §2.1 says `at+jwt`; many send `JWT`). */
  types: z.array(z.string().min(1)).min(1).default(['at+jwt', 'JWT']),
};

/** One token issuer that we trust. */
export interface IssuerConfig {
  issuer: string;
  audience: string | readonly string[];
  jwks_uri: string;
  algorithms: readonly (typeof asymmetricAlgorithms)[number][];
  roles_claim?: string | undefined;
  types: readonly string[];
}

/**
 * Our own issuer as a verifier sees it. The key URL is an inside one, so it is not held to https.
 * @param issuer the public URL, as in `iss`
 */
export function ownIssuer(issuer: string, jwksUri: string): IssuerConfig {
  return { issuer, audience: 'annals', jwks_uri: jwksUri, algorithms: ['EdDSA'], types: ['at+jwt'] };
}

/** The roles a token names under the issuer's claim: a list of strings, or one text separated by spaces. */
export function rolesOf(config: IssuerConfig, claims: Readonly<Record<string, unknown>>): string[] {
  if (!config.roles_claim) return [];
  const value = claimAt(claims, config.roles_claim);
  if (typeof value === 'string') return value.split(' ').filter(Boolean);
  return Array.isArray(value) ? value.filter((role): role is string => typeof role === 'string') : [];
}
