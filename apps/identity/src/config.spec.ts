import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey, publicPart } from '@annals/auth';
import { readConfig, type ConfigError } from '@annals/service';
import { identityConfig } from './config.js';

const url = 'postgres://app@127.0.0.1/db';

async function environment(): Promise<NodeJS.ProcessEnv> {
  const { privateJwk } = await generateKey('svc:identity');
  return {
    ...{ PORT: '8081', DATABASE_URL: url, DATABASE_OWNER_URL: url, KEYS_DATABASE_URL: url, BUS_DATABASE_URL: url },
    ...{ EVENTSTORE_URL: 'esdb://127.0.0.1:2113?tls=false', PUBLIC_URL: 'https://annals.test' },
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOOKUP_SECRET: randomBytes(32).toString('base64'),
    CONTEXT_SIGNING_KEY: JSON.stringify(privateJwk),
    CONTEXT_KEYS: JSON.stringify({ keys: [publicPart(privateJwk)] }),
    SMTP_URL: 'smtp://127.0.0.1:25',
  };
}

const problemsOf = (env: NodeJS.ProcessEnv) => {
  try {
    readConfig(identityConfig, env);
    return [];
  } catch (error) {
    return (error as ConfigError).lines;
  }
};

describe('settings', () => {
  it('have the defaults of the specification', async () =>
    expect(readConfig(identityConfig, await environment())).toMatchObject({
      ...{ USER_SESSION_TIMEOUT: 3600, MAX_LOGIN_ATTEMPTS: 5, PASSWORD_MIN_LENGTH: 8 },
      ...{ REQUIRE_VERIFIED_EMAIL: false, DEV_MAIL: false, SEED_DEMO: false },
    }));

  it('name what does not hold', async () =>
    expect(problemsOf({ ...(await environment()), LOOKUP_SECRET: 'short', PUBLIC_URL: undefined })).toEqual([
      'PUBLIC_URL is missing',
      'LOOKUP_SECRET is 32 bytes in base64, or file:<path of a file with them>',
    ]));

  it('take further origins for passkeys, of the same domain alone', async () => {
    const env = await environment();
    const list = 'https://admin.annals.test, https://annals.test:8443';
    expect(readConfig(identityConfig, env).PASSKEY_ORIGINS).toEqual([]);
    expect(readConfig(identityConfig, { ...env, PASSKEY_ORIGINS: list }).PASSKEY_ORIGINS).toEqual(list.split(', '));
    expect(problemsOf({ ...env, PASSKEY_ORIGINS: 'https://annals.test/app' })).toEqual([
      'PASSKEY_ORIGINS is a list of origins like https://annals.example, without paths',
    ]);
    expect(problemsOf({ ...env, PASSKEY_ORIGINS: 'https://notannals.test' })).toEqual([
      'PASSKEY_ORIGINS has an origin outside the domain of PUBLIC_URL: no browser lets it use those passkeys',
    ]);
  });

  it('ask for all of Auth0 or nothing of it, and for an issuer whose tokens count', async () => {
    const issuer = { issuer: 'https://acme.auth0.com/', audience: 'annals', jwks_uri: 'https://acme.auth0.com/keys' };
    const some = { ...(await environment()), AUTH0_DOMAIN: 'acme.auth0.com', AUTH0_CONNECTION: 'people' };
    const all = { ...some, AUTH0_CLIENT_ID: 'id', AUTH0_CLIENT_SECRET: 'secret' };
    expect(problemsOf(some)).toEqual(['AUTH0_DOMAIN needs AUTH0_CLIENT_ID, AUTH0_CLIENT_SECRET as well']);
    expect(problemsOf(all)).toEqual([
      'AUTH0_DOMAIN needs the issuer https://acme.auth0.com/ in JWT_ISSUERS: nobody could sign in with what is created there',
    ]);
    expect(problemsOf({ ...all, JWT_ISSUERS: JSON.stringify([issuer]) })).toEqual([]);
    expect(problemsOf({ ...some, AUTH0_DOMAIN: 'https://acme.auth0.com' })[0]).toMatch(/^AUTH0_DOMAIN is the tenant/);
  });

  it('take the lookup secret from a file, as the compose file gives it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'annals-identity-'));
    const file = join(folder, 'lookup-secret');
    writeFileSync(file, Buffer.alloc(32, 3).toString('base64'));
    const { LOOKUP_SECRET } = readConfig(identityConfig, { ...(await environment()), LOOKUP_SECRET: `file:${file}` });
    expect(LOOKUP_SECRET).toEqual(Buffer.alloc(32, 3));
    rmSync(folder, { recursive: true });
  });

  it('give mail somewhere to go', async () =>
    expect(problemsOf({ ...(await environment()), SMTP_URL: '' })).toEqual([
      expect.stringContaining('mail has nowhere to go'),
    ]));

  it('show no mail and have no demo passwords in production', async () => {
    const production = { ...(await environment()), NODE_ENV: 'production' };
    expect(problemsOf(production)).toEqual([]);
    expect(problemsOf({ ...production, DEV_MAIL: 'true' })).toHaveLength(1);
    expect(problemsOf({ ...production, SEED_DEMO: 'true' })).toHaveLength(1);
  });
});
