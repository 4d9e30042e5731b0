import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHmac } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import { ownIssuer, type IssuerConfig } from './issuer.js';
import { createSigningKey, type SigningKey } from './signing-keys.js';
import { createTokenIssuer } from './token-issuer.js';
import { createTokenVerifier } from './token-verifier.js';

const start = Date.parse('2026-11-21T09:00:00Z');
let now = start;
const clock = () => now;
const issuerUrl = 'https://annals.test';
const foreignIssuer: IssuerConfig = {
  issuer: 'https://tenant.example.com/',
  audience: ['annals-api', 'annals-other'],
  jwks_uri: 'https://tenant.example.com/jwks',
  algorithms: ['RS256'],
  types: ['JWT', 'at+jwt'],
  roles_claim: 'https://annals.test/roles',
};
const claims = {
  sub: '0190a000-0000-7000-8000-000000000001',
  sid: '0190a000-0000-7000-8000-000000000002',
  account_id: '0190a000-0000-7000-8000-0000000000aa',
  amr: ['pwd', 'otp'],
};

let ourKey: SigningKey;
let rsa: { privateKey: CryptoKey; publicKey: CryptoKey };
let rsaJwk: JWK;

beforeAll(async () => {
  ourKey = await createSigningKey('k1', start);
  rsa = await generateKeyPair('RS256', { extractable: true });
  rsaJwk = { ...(await exportJWK(rsa.publicKey)), kid: 'r1', alg: 'RS256', use: 'sig' };
});
beforeEach(() => (now = start));

const ours = () => createTokenIssuer({ issuer: issuerUrl, keys: () => [ourKey], now: clock });

function verifier() {
  return createTokenVerifier({
    issuers: [ownIssuer(issuerUrl, 'http://127.0.0.1/jwks'), foreignIssuer],
    fetchJwks: async (uri) => (uri === foreignIssuer.jwks_uri ? { keys: [rsaJwk] } : ours().jwks()),
    now: clock,
  });
}

interface Changes {
  header?: Record<string, unknown>;
  payload?: Record<string, unknown>;
  key?: CryptoKey;
}

/** A token of the foreign issuer, with whatever is changed. */
function foreignToken({ header, payload, key }: Changes = {}): Promise<string> {
  const seconds = now / 1000;
  return new SignJWT({
    iss: foreignIssuer.issuer,
    aud: 'annals-api',
    sub: 'auth0|123',
    iat: seconds,
    exp: seconds + 300,
    ...payload,
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'r1', ...header })
    .sign(key ?? rsa.privateKey);
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const payloadOf = async () => (await foreignToken()).split('.')[1]!;

describe('a token of our own', () => {
  it('says whose it is', async () => {
    const { token, expiresAt } = await ours().mint(claims);
    expect(await verifier().verify(token)).toMatchObject({
      issuer: issuerUrl,
      subject: claims.sub,
      sessionId: claims.sid,
      accountId: claims.account_id,
      methods: ['pwd', 'otp'],
      roles: [],
      expiresAt,
    });
    expect(expiresAt).toBe(start / 1000 + 300);
  });

  it('is refused after five minutes, five seconds of difference between clocks forgiven', async () => {
    const { token } = await ours().mint(claims);
    now += 304_000;
    await expect(verifier().verify(token)).resolves.toBeDefined();
    now += 2_000;
    await expect(verifier().verify(token)).rejects.toMatchObject({ status: 401, code: 'token-expired' });
  });

  it('is refused before its time', async () => {
    const { token } = await ours().mint(claims);
    now -= 60_000;
    await expect(verifier().verify(token)).rejects.toMatchObject({ status: 401, code: 'token-not-yet-valid' });
  });

  it('is refused once its key was, whatever is still published', async () => {
    const one = verifier();
    const { token } = await ours().mint(claims);
    await one.verify(token);
    one.refuseKey(issuerUrl, 'k1');
    one.refuseKey('https://unknown.example.com', 'k1');
    await expect(one.verify(token)).rejects.toMatchObject({ status: 401, code: 'token-key-unknown' });
  });
});

describe('a token of an external issuer', () => {
  it('gives its roles under the configured claim', async () => {
    const token = await foreignToken({ payload: { [foreignIssuer.roles_claim!]: ['EDITOR', 7, 'VIEWER'] } });
    expect(await verifier().verify(token)).toMatchObject({
      issuer: foreignIssuer.issuer,
      subject: 'auth0|123',
      sessionId: null,
      accountId: null,
      methods: [],
      roles: ['EDITOR', 'VIEWER'],
    });
  });

  it('may name several audiences, and its type in full', async () => {
    const token = await foreignToken({
      payload: { aud: ['x', 'annals-other'] },
      header: { typ: 'application/AT+JWT' },
    });
    await expect(verifier().verify(token)).resolves.toMatchObject({ subject: 'auth0|123' });
  });

  const seconds = start / 1000;
  it.each<[string, string, () => Promise<string>]>([
    ['token-malformed', 'is garbage', async () => 'garbage'],
    ['token-malformed', 'is empty', async () => ''],
    ['token-malformed', 'has a body that is no JSON', async () => `${encode({ alg: 'RS256' })}.bm90IGpzb24.x`],
    ['token-too-long', 'is longer than any token', async () => foreignToken({ payload: { x: 'x'.repeat(9000) } })],
    [
      'token-issuer-unknown',
      'comes from an issuer we do not trust',
      () => foreignToken({ payload: { iss: 'https://evil.example.com/' } }),
    ],
    [
      'token-issuer-unknown',
      'names the issuer almost right',
      () => foreignToken({ payload: { iss: 'https://tenant.example.com' } }),
    ],
    ['token-issuer-unknown', 'names no issuer', () => foreignToken({ payload: { iss: undefined } })],
    [
      'token-issuer-unknown',
      'claims to be ours under a name that is nearly it',
      () => foreignToken({ payload: { iss: 'https://annals.test/' } }),
    ],
    [
      'token-algorithm',
      'claims to be ours but is signed with the algorithm of another issuer',
      () => foreignToken({ payload: { iss: issuerUrl, aud: 'annals' }, header: { typ: 'at+jwt' } }),
    ],
    [
      'token-algorithm',
      'is signed by nobody (alg none)',
      async () => `${encode({ alg: 'none', typ: 'JWT', kid: 'r1' })}.${await payloadOf()}.`,
    ],
    ['token-algorithm', 'is signed with the public key as a secret (HS256)', publicKeyAsSecret],
    [
      'token-algorithm',
      'is signed with an algorithm that is not on the list',
      () => foreignToken({ header: { alg: 'RS512' }, key: undefined }).catch(ps512),
    ],
    [
      'token-algorithm',
      'names no algorithm',
      async () => `${encode({ typ: 'JWT', kid: 'r1' })}.${await payloadOf()}.x`,
    ],
    ['token-type', 'is an ID token', () => foreignToken({ header: { typ: 'id+jwt' } })],
    ['token-type', 'is an inside context', () => foreignToken({ header: { typ: 'ctx+jwt' } })],
    ['token-type', 'has no type', () => foreignToken({ header: { typ: undefined } })],
    ['token-key-unnamed', 'names no key', () => foreignToken({ header: { kid: undefined } })],
    ['token-key-unknown', 'names a key that nobody published', () => foreignToken({ header: { kid: 'r2' } })],
    [
      'token-signature',
      'is signed with another key',
      async () => foreignToken({ key: (await generateKeyPair('RS256')).privateKey }),
    ],
    ['token-signature', 'brings its own key along (jwk)', bringsItsKey],
    [
      'token-signature',
      'says where its key is (jku)',
      async () =>
        foreignToken({
          header: { jku: 'https://evil.example.com/jwks' },
          key: (await generateKeyPair('RS256')).privateKey,
        }),
    ],
    [
      'token-signature',
      'has a critical header that nobody knows',
      async () => `${encode({ alg: 'RS256', typ: 'JWT', kid: 'r1', crit: ['x'], x: 1 })}.${await payloadOf()}.x`,
    ],
    ['token-audience', 'is meant for somebody else', () => foreignToken({ payload: { aud: 'other-api' } })],
    ['token-audience', 'is meant for nobody', () => foreignToken({ payload: { aud: undefined } })],
    ['token-expired', 'has expired', () => foreignToken({ payload: { exp: seconds - 60 } })],
    ['token-not-yet-valid', 'is not valid yet', () => foreignToken({ payload: { nbf: seconds + 60 } })],
    ['token-claims', 'has no end', () => foreignToken({ payload: { exp: undefined } })],
    ['token-claims', 'is about nobody', () => foreignToken({ payload: { sub: undefined } })],
    ['token-subject', 'is about the empty name', () => foreignToken({ payload: { sub: '' } })],
  ])('is refused with %s when it %s', async (code, _, make) => {
    await expect(verifier().verify(await make())).rejects.toMatchObject({
      status: 401,
      code,
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    });
  });

  it('is refused when its body was changed after it was signed', async () => {
    const [head, , signature] = (await foreignToken()).split('.');
    const [, body] = (await foreignToken({ payload: { sub: 'auth0|999' } })).split('.');
    await expect(verifier().verify([head, body, signature].join('.'))).rejects.toMatchObject({
      code: 'token-signature',
    });
  });

  it('is refused when the key that it names is published for another algorithm', async () => {
    const one = createTokenVerifier({
      issuers: [{ ...foreignIssuer, algorithms: ['RS256', 'PS256'] }],
      fetchJwks: async () => ({ keys: [{ ...rsaJwk, alg: 'PS256' }] }),
      now: clock,
    });
    await expect(one.verify(await foreignToken())).rejects.toMatchObject({ code: 'token-key-unknown' });
  });

  it('is refused when the key that it names cannot be one', async () => {
    const one = createTokenVerifier({
      issuers: [foreignIssuer],
      fetchJwks: async () => ({ keys: [{ kty: 'RSA', kid: 'r1' }] }),
      now: clock,
    });
    await expect(one.verify(await foreignToken())).rejects.toMatchObject({ code: 'token-key-unfit' });
  });
});

async function publicKeyAsSecret(): Promise<string> {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', kid: 'r1' })}.${await payloadOf()}`;
  const secret = await exportSPKI(rsa.publicKey);
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

async function ps512(): Promise<string> {
  const { privateKey } = await generateKeyPair('PS512');
  return foreignToken({ header: { alg: 'PS512' }, key: privateKey });
}

async function bringsItsKey(): Promise<string> {
  const pair = await generateKeyPair('RS256', { extractable: true });
  return foreignToken({ header: { jwk: await exportJWK(pair.publicKey) }, key: pair.privateKey });
}

describe('keys over HTTP', () => {
  let server: Server;
  let answer: { status: number; body: string; location?: string };
  const uri = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;

  beforeAll(async () => {
    server = createServer((_, res) => {
      res.writeHead(answer.status, answer.location ? { location: answer.location } : {}).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());

  const overHttp = () => createTokenVerifier({ issuers: [ownIssuer(issuerUrl, uri())], now: clock });

  it('are read from the issuer', async () => {
    answer = { status: 200, body: JSON.stringify(ours().jwks()) };
    await expect(overHttp().verify((await ours().mint(claims)).token)).resolves.toMatchObject({ subject: claims.sub });
  });

  it.each([
    ['an error', { status: 500, body: '' }],
    ['a redirect', { status: 302, body: '', location: 'http://127.0.0.1:1/' }],
    ['no JSON', { status: 200, body: '<html>' }],
    ['another document', { status: 200, body: '{"hello":1}' }],
    ['null', { status: 200, body: 'null' }],
    ['more than any set of keys', { status: 200, body: `{"keys":[],"x":"${'x'.repeat(300_000)}"}` }],
  ])('are unavailable, not forged, when it answers %s', async (_, given) => {
    answer = given;
    await expect(overHttp().verify((await ours().mint(claims)).token)).rejects.toMatchObject({
      status: 503,
      code: 'token-keys-unavailable',
      headers: { 'retry-after': '5' },
    });
  });
});
