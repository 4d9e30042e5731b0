import { type IdentityContext } from '@annals/contracts';
import { SignJWT, importJWK } from 'jose';
import { createContextReader } from './context-reader.js';
import { createContextSigner } from './context-signer.js';
import { personIdentity, serviceIdentity } from './identity.js';
import { generateKey, type PrivateJwk, type PublicJwk } from './inside-keys.js';

const person = personIdentity({
  user_id: '0190a000-0000-7000-8000-000000000001',
  account_id: '0190a000-0000-7000-8000-0000000000aa',
  role: 'EDITOR',
  roles: ['EDITOR'],
  permissions: ['VIEW_CONTENT'],
});
let now = Date.parse('2026-11-21T09:00:00Z');
const clock = () => now;
let gateway: { privateJwk: PrivateJwk; publicJwk: PublicJwk };
let exporter: { privateJwk: PrivateJwk; publicJwk: PublicJwk };

beforeAll(async () => {
  gateway = await generateKey('gateway');
  exporter = await generateKey('svc:export');
});
beforeEach(() => (now = Date.parse('2026-11-21T09:00:00Z')));

const signerOf = (keys: { privateJwk: PrivateJwk }) =>
  createContextSigner({ principal: keys.privateJwk.kid, privateJwk: keys.privateJwk, now: clock });
const reader = () => createContextReader({ jwks: { keys: [gateway.publicJwk, exporter.publicJwk] }, now: clock });

/** A context as somebody might make it who does not keep the rules. */
async function forge(
  changes: { header?: object; claims?: object; iss?: string; aud?: string; iat?: number; exp?: number },
  key: PrivateJwk = gateway.privateJwk,
) {
  const iat = changes.iat ?? Math.floor(now / 1000);
  return new SignJWT({ ctx: person, ...changes.claims })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'ctx+jwt', kid: 'gateway', ...changes.header })
    .setIssuer(changes.iss ?? 'gateway')
    .setAudience(changes.aud ?? 'annals:inside')
    .setIssuedAt(iat)
    .setExpirationTime(changes.exp ?? iat + 60)
    .sign(await importJWK({ ...key, alg: 'EdDSA' }, 'EdDSA'));
}

const invalid = { status: 401, code: 'context-invalid' };

describe('the context of an HTTP call', () => {
  it('arrives as it was sent', async () => {
    expect(await reader().read(await signerOf(gateway).sign(person))).toEqual(person);
  });

  it('carries a service’s own identity and on whose behalf it works', async () => {
    const identity = serviceIdentity('svc:export', { userId: person.user_id, accountId: person.account_id });
    expect(await reader().read(await signerOf(exporter).sign(identity))).toEqual(identity);
  });

  it('is required', async () => {
    await expect(reader().read(undefined)).rejects.toMatchObject({ status: 401, code: 'context-required' });
    await expect(reader().read('')).rejects.toMatchObject({ status: 401, code: 'context-required' });
  });

  it('ends after a minute', async () => {
    const read = reader();
    const text = await signerOf(gateway).sign(person);
    now += 59_000;
    expect(await read.read(text)).toEqual(person);
    now += 7_000;
    await expect(read.read(text)).rejects.toMatchObject(invalid);
  });

  it('cannot be changed by who reads it', async () => {
    const identity = await reader().read(await signerOf(gateway).sign(person));
    expect(() => (identity.role = 'ADMIN')).toThrow(TypeError);
  });

  it.each<[string, () => Promise<string>]>([
    ['is no token at all', async () => 'garbage'],
    ['is longer than any of ours', async () => 'x'.repeat(9000)],
    [
      'is signed with a key that nobody knows',
      async () =>
        forge({ header: { kid: 'svc:unknown' }, iss: 'svc:unknown' }, (await generateKey('svc:unknown')).privateJwk),
    ],
    ['is signed with another key under a known name', async () => forge({}, (await generateKey('gateway')).privateJwk)],
    ['names no key', async () => forge({ header: { kid: undefined } })],
    ['names another principal than signed it', async () => forge({ iss: 'svc:export' })],
    ['is of the type of a message context', async () => forge({ header: { typ: 'msgctx+jwt' } })],
    ['is an access token', async () => forge({ header: { typ: 'at+jwt' }, aud: 'annals' })],
    ['is meant for somebody else', async () => forge({ aud: 'annals' })],
    ['has expired', async () => forge({ iat: Math.floor(now / 1000) - 120 })],
    ['lives longer than a minute', async () => forge({ exp: Math.floor(now / 1000) + 3600 })],
    ['was signed in the future', async () => forge({ iat: Math.floor(now / 1000) + 60 })],
    ['has no end', withoutEnd],
    ['holds no identity', async () => forge({ claims: { ctx: { user_id: 'me' } } })],
    [
      'is a person’s, signed by a service',
      async () => forge({ header: { kid: 'svc:export' }, iss: 'svc:export' }, exporter.privateJwk),
    ],
    [
      'is another service’s',
      async () =>
        forge(
          { header: { kid: 'svc:export' }, iss: 'svc:export', claims: { ctx: serviceIdentity('svc:erasure') } },
          exporter.privateJwk,
        ),
    ],
    ['says a person is nobody', async () => forge({ claims: { ctx: { ...person, user_id: null } } })],
    ['says a person is a principal', async () => forge({ claims: { ctx: { ...person, principal: 'svc:erasure' } } })],
  ])('is refused when it %s', async (_, make) => {
    await expect(reader().read(await make())).rejects.toMatchObject(invalid);
  });

  it('is refused when any part of it was changed', async () => {
    const [head, body, signature] = (await signerOf(gateway).sign(person)).split('.') as [string, string, string];
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as { ctx: IdentityContext };
    claims.ctx.role = 'ADMIN';
    const changed = Buffer.from(JSON.stringify(claims)).toString('base64url');
    await expect(reader().read([head, changed, signature].join('.'))).rejects.toMatchObject(invalid);
    const none = Buffer.from('{"alg":"none","typ":"ctx+jwt","kid":"gateway"}').toString('base64url');
    await expect(reader().read([none, body, ''].join('.'))).rejects.toMatchObject(invalid);
  });

  it('is refused when the public key was used as a shared secret', async () => {
    const text = await new SignJWT({ ctx: person })
      .setProtectedHeader({ alg: 'HS256', typ: 'ctx+jwt', kid: 'gateway' })
      .setIssuer('gateway')
      .setAudience('annals:inside')
      .setIssuedAt(Math.floor(now / 1000))
      .setExpirationTime(Math.floor(now / 1000) + 60)
      .sign(Buffer.from(gateway.publicJwk.x!, 'base64url'));
    await expect(reader().read(text)).rejects.toMatchObject(invalid);
  });

  it('is verified once for callers that arrive together', async () => {
    const read = reader();
    const text = await signerOf(gateway).sign(person);
    const [a, b] = await Promise.all([read.read(text), read.read(text)]);
    expect(a).toBe(b);
    expect(await read.read(text)).toBe(a);
  });

  it('cannot be read with a key that is not an Ed25519 key', async () => {
    const jwk = { ...gateway.publicJwk, crv: 'X25519' };
    await expect(
      createContextReader({ jwks: { keys: [jwk] }, now: clock }).read(await signerOf(gateway).sign(person)),
    ).rejects.toMatchObject(invalid);
  });
});

/** The same token without `exp`, signed by the gateway. */
async function withoutEnd(): Promise<string> {
  return new SignJWT({ ctx: person })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'ctx+jwt', kid: 'gateway' })
    .setIssuer('gateway')
    .setAudience('annals:inside')
    .setIssuedAt(Math.floor(now / 1000))
    .sign(await importJWK({ ...gateway.privateJwk, alg: 'EdDSA' }, 'EdDSA'));
}

describe('the signer', () => {
  it('signs an identity once and uses it until half its life', async () => {
    const signer = signerOf(gateway);
    const first = await signer.sign(person);
    now += 29_000;
    expect(await signer.sign(person)).toBe(first);
    now += 2_000;
    const second = await signer.sign(person);
    expect(second).not.toBe(first);
    expect(await reader().read(second)).toEqual(person);
  });

  it('signs nothing beyond the moment at which the identity may stop being true', async () => {
    const signer = signerOf(gateway);
    const lent = { ...person, valid_until: '2026-11-21T09:00:10.000Z' };
    const text = await signer.sign(lent);
    const { exp } = JSON.parse(Buffer.from(text.split('.')[1]!, 'base64url').toString()) as { exp: number };
    expect(exp * 1000).toBe(Date.parse(lent.valid_until));
    now += 9_000;
    expect(await signer.sign(lent)).toBe(text);
    now += 1_000;
    expect(await signer.sign(lent)).not.toBe(text);
    now += 6_000;
    await expect(reader().read(text)).rejects.toMatchObject(invalid);
  });

  it('speaks for itself alone', async () => {
    const notOurs = { status: 500, code: 'context-not-ours' };
    await expect(signerOf(exporter).sign(person)).rejects.toMatchObject(notOurs);
    await expect(signerOf(exporter).sign(serviceIdentity('svc:erasure'))).rejects.toMatchObject(notOurs);
    await expect(signerOf(gateway).sign({ ...person, user_id: null })).rejects.toMatchObject(notOurs);
  });

  it('needs the key of its principal', () => {
    expect(() => createContextSigner({ principal: 'svc:export', privateJwk: gateway.privateJwk })).toThrow(
      'the key of gateway cannot sign as svc:export',
    );
  });

  it('reports a key it cannot use at each call', async () => {
    const signer = createContextSigner({ principal: 'gateway', privateJwk: { ...gateway.privateJwk, kty: 'RSA' } });
    await expect(signer.sign(person)).rejects.toThrow('key gateway is not an Ed25519 key');
    await expect(signer.sign(person)).rejects.toThrow('key gateway is not an Ed25519 key');
  });
});
