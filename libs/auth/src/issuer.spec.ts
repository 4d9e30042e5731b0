import { JwtIssuers, ownIssuer, rolesOf } from './issuer.js';

const auth0 = {
  issuer: 'https://tenant.eu.auth0.com/',
  audience: 'https://api.annals.test',
  jwks_uri: 'https://tenant.eu.auth0.com/.well-known/jwks.json',
};
const problemsOf = (setting: unknown) =>
  JwtIssuers.safeParse(typeof setting === 'string' ? setting : JSON.stringify(setting)).error?.issues.map((issue) =>
    `${issue.path.join('.')} ${issue.message}`.trim(),
  );

describe('JWT_ISSUERS', () => {
  it('needs issuer, audience and key URL; the rest has defaults', () => {
    expect(JwtIssuers.parse(JSON.stringify([auth0]))).toEqual([
      { ...auth0, algorithms: ['RS256'], types: ['at+jwt', 'JWT'] },
    ]);
  });

  it.each([
    ['no JSON', '[{', expect.stringContaining('is not JSON')],
    ['a shared secret', [{ ...auth0, algorithms: ['HS256'] }], expect.stringContaining('0.algorithms.0')],
    ['no signature', [{ ...auth0, algorithms: ['none'] }], expect.stringContaining('0.algorithms.0')],
    [
      'keys over plain http',
      [{ ...auth0, jwks_uri: 'http://tenant.eu.auth0.com/keys' }],
      '0.jwks_uri is an https URL (http only on loopback)',
    ],
    ['no URL', [{ ...auth0, jwks_uri: 'keys' }], '0.jwks_uri is an https URL (http only on loopback)'],
    ['the same issuer twice', [auth0, auth0], 'names an issuer twice'],
    ['a setting that nobody knows', [{ ...auth0, roles: 'x' }], expect.stringContaining('roles')],
  ])('refuses %s', (_, setting, problem) => {
    expect(problemsOf(setting)).toEqual([problem]);
  });

  it('takes http from this machine', () => {
    expect(problemsOf([{ ...auth0, jwks_uri: 'http://localhost:9000/keys' }])).toBeUndefined();
  });
});

describe('our own issuer', () => {
  it('signs access tokens with EdDSA and nothing else', () => {
    expect(ownIssuer('https://annals.test', 'http://identity:8081/internal/jwks')).toMatchObject({
      audience: 'annals',
      algorithms: ['EdDSA'],
      types: ['at+jwt'],
    });
  });
});

describe('roles of a token', () => {
  const issuer = (roles_claim?: string) => ({ ...ownIssuer('https://x', 'https://x/k'), roles_claim });
  it.each([
    ['a claim by its whole name', 'https://x/roles', { 'https://x/roles': ['A'] }, ['A']],
    ['a path (Keycloak)', 'realm_access.roles', { realm_access: { roles: ['A', 'B'] } }, ['A', 'B']],
    ['a text separated by spaces', 'scope', { scope: 'read  write' }, ['read', 'write']],
    ['a claim that is missing', 'realm_access.roles', { realm_access: null }, []],
    ['a claim of another kind', 'roles', { roles: { A: true } }, []],
    ['what every object inherits', 'constructor.name', {}, []],
    ['no claim configured', undefined, { roles: ['A'] }, []],
  ])('%s', (_, claim, claims, expected) => {
    expect(rolesOf(issuer(claim), claims)).toEqual(expected);
  });
});
