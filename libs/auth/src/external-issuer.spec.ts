import { externalCaller, ExternalIssuer, JwtIssuers, mappedRole, providerIdOf } from './external-issuer.js';
import type { VerifiedToken } from './token-verifier.js';

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
  it('needs issuer, audience and key URL; the rest has defaults that let nobody in', () => {
    expect(JwtIssuers.parse(JSON.stringify([auth0]))).toEqual([
      {
        ...auth0,
        ...{ algorithms: ['RS256'], types: ['at+jwt', 'JWT'], provider: 'tenant' },
        claims: { email: 'email', email_verified: 'email_verified', name: 'name' },
        ...{ role_map: {}, provision: false },
      },
    ]);
  });

  it('lets in as a VIEWER, and becomes nobody else, where only an account is said', () => {
    const [issuer] = JwtIssuers.parse(JSON.stringify([{ ...auth0, provision: { account: 'acme' } }]));
    expect(issuer!.provision).toEqual({ account: 'acme', role: 'VIEWER', link_verified_email: false });
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
    ['a claim that nobody asks for', [{ ...auth0, claims: { phone: 'phone' } }], expect.stringContaining('phone')],
    ['a role that is none of ours', [{ ...auth0, role_map: { boss: 'BOSS' } }], expect.stringContaining('role_map')],
    ['provisioning without an account', [{ ...auth0, provision: {} }], expect.stringContaining('0.provision')],
    ['provisioning by a mere yes', [{ ...auth0, provision: true }], expect.stringContaining('0.provision')],
    ['a provider that would look like an id', [{ ...auth0, provider: 'a|b' }], expect.stringContaining('0.provider')],
  ])('refuses %s', (_, setting, problem) => {
    expect(problemsOf(setting)).toEqual([problem]);
  });

  it('takes http from this machine', () => {
    expect(problemsOf([{ ...auth0, jwks_uri: 'http://localhost:9000/keys' }])).toBeUndefined();
  });
});

describe('the name of a provider', () => {
  it.each([
    ['https://tenant.eu.auth0.com/', 'tenant'],
    ['https://id.example.com/realms/acme', 'id'],
    ['accounts', 'accounts'],
    ['https://[::1]/', '1'],
    ['***', 'external'],
  ])('of %s is %s', (issuer, provider) => {
    expect(ExternalIssuer.parse({ ...auth0, issuer }).provider).toBe(provider);
  });

  it.each([
    ['auth0|507f1f77', 'auth0|507f1f77'],
    ['google-oauth2|1234', 'google-oauth2|1234'],
    ['8f6c1d5e-0000-4000-8000-0000000000aa', 'tenant|8f6c1d5e-0000-4000-8000-0000000000aa'],
  ])('makes an id of the subject %s', (subject, id) => {
    expect(providerIdOf({ provider: 'tenant' }, subject)).toBe(id);
  });
});

describe('what a token says of its person', () => {
  const token = (claims: Record<string, unknown>): VerifiedToken => ({
    ...{ issuer: auth0.issuer, subject: 'auth0|1', sessionId: null, accountId: null, expiresAt: 0, claims },
    ...{ methods: ['pwd'], roles: ['editors'] },
  });
  const said = (claims: Record<string, unknown>, names = {}) =>
    externalCaller(ExternalIssuer.parse({ ...auth0, claims: names }), token(claims));

  it('is read under the usual names', () => {
    expect(said({ email: 'ada@example.org', email_verified: true, name: 'Ada', auth_time: 1_800_000_000 })).toEqual({
      ...{ kind: 'external', issuer: auth0.issuer, subject: 'auth0|1' },
      ...{ email: 'ada@example.org', email_verified: true, name: 'Ada' },
      ...{ roles: ['editors'], auth_methods: ['pwd'], authenticated_at: '2027-01-15T08:00:00.000Z' },
    });
  });

  it('is read under the names of the issuer, whole or as a path', () => {
    const names = { email: 'https://acme.test/email', email_verified: 'contact.verified', name: 'contact.name' };
    const claims = { 'https://acme.test/email': 'ada@example.org', contact: { verified: true, name: 'Ada' } };
    expect(said(claims, names)).toMatchObject({ email: 'ada@example.org', email_verified: true, name: 'Ada' });
  });

  it.each<[string, Record<string, unknown>, object]>([
    ['is missing', {}, { email: null, email_verified: false, name: null, authenticated_at: null }],
    ['is of another kind', { email: ['a@b.test'], name: 7, auth_time: 'now' }, { email: null, name: null }],
    ['is empty', { email: '', name: '' }, { email: null, name: null }],
    ['is longer than any address', { email: `${'a'.repeat(400)}@b.test` }, { email: null }],
    ['only looks true', { email_verified: 'true' }, { email_verified: false }],
    ['is not a moment', { auth_time: -1 }, { authenticated_at: null }],
  ])('is not believed when it %s', (_, claims, expected) => {
    expect(said(claims)).toMatchObject(expected);
  });
});

describe('a role here for roles there', () => {
  const role_map = { admins: 'ADMIN', writers: 'AUTHOR', invoices: 'BILLING' } as const;
  it.each([
    [['writers'], 'AUTHOR'],
    [['writers', 'admins'], 'ADMIN'],
    [['invoices', 'others'], 'BILLING'],
    [['others', 'constructor'], null],
    [[], null],
  ])('%j is %s', (roles, expected) => {
    expect(mappedRole({ role_map }, roles)).toBe(expected);
  });
});
