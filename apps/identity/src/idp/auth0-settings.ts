import type { ExternalIssuer } from '@annals/auth';
import { z } from 'zod';
import { auth0 } from './auth0.js';
import type { IdentityProviderPort } from './identity-provider.js';

/** Settings of the Auth0 tenant whose people are looked after from here: all of them, or none. */
export const auth0Config = {
  AUTH0_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "is the tenant's own host, as in acme.eu.auth0.com")
    .optional()
    .describe("Auth0 tenant that invited people sign in at; its own host, not a custom domain's"),
  AUTH0_CLIENT_ID: z.string().optional().describe('Machine-to-machine application for the Management API of Auth0'),
  AUTH0_CLIENT_SECRET: z.string().optional().describe('Secret of that application'),
  AUTH0_CONNECTION: z.string().optional().describe('Database connection of Auth0 that people are created in'),
};

interface Given {
  AUTH0_DOMAIN?: string | undefined;
  AUTH0_CLIENT_ID?: string | undefined;
  AUTH0_CLIENT_SECRET?: string | undefined;
  AUTH0_CONNECTION?: string | undefined;
  JWT_ISSUERS: readonly ExternalIssuer[];
}

/** What is wrong with these settings together; null when nothing is. */
export function auth0Problem(given: Given): string | null {
  const names = ['AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET', 'AUTH0_CONNECTION'] as const;
  const missing = names.filter((name) => given[name] === undefined);
  if (missing.length === names.length) return null;
  if (missing.length > 0) return `needs ${missing.join(', ')} as well`;
  const issuer = `https://${given.AUTH0_DOMAIN}/`;
  if (given.JWT_ISSUERS.some((trusted) => trusted.issuer === issuer)) return null;
  return `needs the issuer ${issuer} in JWT_ISSUERS: nobody could sign in with what is created there`;
}

/** The configured identity provider; null when there is none. */
export function identityProvider(given: Given, returnUrl: string): IdentityProviderPort | null {
  const { AUTH0_DOMAIN, AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET, AUTH0_CONNECTION } = given;
  if (!AUTH0_DOMAIN || !AUTH0_CLIENT_ID || !AUTH0_CLIENT_SECRET || !AUTH0_CONNECTION) return null;
  return auth0({
    ...{ url: `https://${AUTH0_DOMAIN}`, clientId: AUTH0_CLIENT_ID, clientSecret: AUTH0_CLIENT_SECRET },
    ...{ connection: AUTH0_CONNECTION, returnUrl },
  });
}
