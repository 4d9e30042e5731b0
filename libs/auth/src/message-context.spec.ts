import type { RequestContext } from '@annals/contracts';
import { importJWK, SignJWT } from 'jose';
import { createContextReader } from './context-reader.js';
import { createContextSigner } from './context-signer.js';
import { personIdentity, withoutRights } from './identity.js';
import { generateKey, type PrivateJwk, type PublicJwk } from './inside-keys.js';

const identity = personIdentity({
  user_id: '0190a000-0000-7000-8000-000000000001',
  account_id: '0190a000-0000-7000-8000-0000000000aa',
  role: 'ADMIN',
  roles: ['ADMIN'],
  permissions: ['READ_PII'],
});
const request: RequestContext = {
  request_id: 'request-1',
  transaction_id: 'transaction-1',
  correlation_id: 'correlation-1',
  causation_id: 'causation-1',
  ip_address: '192.0.2.7',
  user_agent: 'a browser',
  traceparent: null,
  timestamp: '2026-11-21T09:00:00Z',
};
const message = { id: 'event-1', topic: 'annals.profile', key: 'acme', payload: Buffer.from('{"name":"Ann"}') };
let keys: { privateJwk: PrivateJwk; publicJwk: PublicJwk };
let now = Date.parse('2026-11-21T09:00:00Z');

beforeAll(async () => {
  keys = await generateKey('svc:profile');
});
const signer = () => createContextSigner({ principal: 'svc:profile', privateJwk: keys.privateJwk, now: () => now });
const reader = () => createContextReader({ jwks: { keys: [keys.publicJwk] }, now: () => now });

describe('the context of a message', () => {
  it('says who asked, for what request, and who published it', async () => {
    const header = await signer().signMessage(message, identity, request);
    expect(await reader().readMessage(message, header)).toEqual({
      identity: withoutRights(identity),
      request: { ...request, ip_address: null, user_agent: null },
      publisher: 'svc:profile',
    });
  });

  it('holds neither rights nor address nor agent: the first change, the others are personal', async () => {
    const header = await signer().signMessage(message, identity, request);
    const claims = Buffer.from(header.split('.')[1]!, 'base64url').toString();
    expect(claims).not.toMatch(/ADMIN|READ_PII|192\.0\.2\.7|a browser/);
  });

  it('still holds after a year, when the message is read again', async () => {
    const header = await signer().signMessage(message, identity, request);
    now += 365 * 24 * 3600 * 1000;
    await expect(reader().readMessage(message, header)).resolves.toMatchObject({ publisher: 'svc:profile' });
  });

  it.each([
    ['id', { ...message, id: 'event-2' }],
    ['topic', { ...message, topic: 'annals.identity' }],
    ['key', { ...message, key: 'globex' }],
    ['payload', { ...message, payload: Buffer.from('{"name":"Eve"}') }],
  ])('does not fit a message with another %s', async (_, other) => {
    const header = await signer().signMessage(message, identity, request);
    await expect(reader().readMessage(other, header)).rejects.toMatchObject({
      status: 401,
      code: 'message-context-mismatch',
    });
  });

  it('is required', async () => {
    const missing = { status: 401, code: 'message-context-required' };
    await expect(reader().readMessage(message, undefined)).rejects.toMatchObject(missing);
  });

  it('is refused when it is forged, garbage or of another type', async () => {
    const invalid = { status: 401, code: 'message-context-invalid' };
    const foreign = await generateKey('svc:profile');
    const forged = await createContextSigner({ principal: 'svc:profile', privateJwk: foreign.privateJwk }).signMessage(
      message,
      identity,
      request,
    );
    await expect(reader().readMessage(message, forged)).rejects.toMatchObject(invalid);
    await expect(reader().readMessage(message, 'garbage')).rejects.toMatchObject(invalid);
    const key = await importJWK({ ...keys.privateJwk, alg: 'EdDSA' }, 'EdDSA');
    const sign = (typ: string, claims: Record<string, unknown>) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'EdDSA', typ, kid: 'svc:profile' })
        .setIssuer('svc:profile')
        .setAudience('annals:inside')
        .sign(key);
    await expect(reader().readMessage(message, await sign('ctx+jwt', { ctx: identity }))).rejects.toMatchObject(
      invalid,
    );
    await expect(reader().readMessage(message, await sign('msgctx+jwt', { ctx: identity }))).rejects.toMatchObject(
      invalid,
    );
  });

  it('cannot pass as the context of an HTTP call', async () => {
    const header = await signer().signMessage(message, identity, request);
    await expect(reader().read(header)).rejects.toMatchObject({ code: 'context-invalid' });
  });
});
