import { ownIssuer, rolesOf } from './issuer.js';

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
