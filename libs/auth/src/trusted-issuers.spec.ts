import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { startStubIssuer, stubKey, until, type StubIssuer, type StubKey } from '@annals/testing';
import { ExternalIssuer } from './external-issuer.js';
import { createTokenVerifier, type TokenVerifier } from './token-verifier.js';

const minute = 60_000;
let now: number;
let one: StubIssuer;
let other: StubIssuer;
let verifier: TokenVerifier;

beforeEach(async () => {
  now = Date.now();
  [one, other] = await Promise.all([startStubIssuer('one'), startStubIssuer('other')]);
  verifier = make();
});
afterEach(() => Promise.all([one.stop(), other.stop()]));

function make(over: Record<string, unknown> = {}): TokenVerifier {
  const issuers = [one, other].map((issuer) => ExternalIssuer.parse(issuer.setting(over)));
  return createTokenVerifier({ issuers, now: () => now });
}

/** A token that is good at the time of the test, which may be another than that of this machine. */
function tokenAt(issuer: StubIssuer, claims: Record<string, unknown> = {}, header = {}, key?: StubKey): string {
  const seconds = Math.floor(now / 1000);
  return issuer.token({ iat: seconds, exp: seconds + 300, ...claims }, header, key);
}
const accepted = async (token: string) => (await verifier.verify(token)).issuer;
const refusal = (token: string): Promise<string> =>
  verifier.verify(token).then(
    () => 'accepted',
    (error: { status: number; code: string }) => `${error.status} ${error.code}`,
  );

describe('keys of an issuer that cannot be reached', () => {
  it('serve for an hour and not longer, also when the hour ends during an attempt in the background, which once ended the process', async () => {
    expect(await accepted(tokenAt(one))).toBe(one.issuer);
    await one.stop();
    now += 59 * minute;
    expect(await accepted(tokenAt(one))).toBe(one.issuer);
    now += 1 * minute;
    expect(await refusal(tokenAt(one))).toBe('503 token-keys-unavailable');
  });

  it('serve while it keeps everybody waiting, without waiting themselves', async () => {
    await accepted(tokenAt(one));
    one.answerWith(() => undefined);
    now += 6 * minute;
    expect(await accepted(tokenAt(one))).toBe(one.issuer);
    await until('it was asked in the background', () => one.fetches() === 2);
    expect(await accepted(tokenAt(one))).toBe(one.issuer);
  });

  it.each([
    ['answers nothing but errors', 500, '{}'],
    ['answers a page', 200, '<html>'],
    ['answers something else', 200, '{"keys":{}}'],
    ['answers without end', 200, `{"keys":[],"more":"${'x'.repeat(300_000)}"}`],
    ['sends elsewhere', 302, ''],
  ])('serve while it %s', async (_, status, body) => {
    await accepted(tokenAt(one));
    one.answerWith((_request, response) => response.writeHead(status, { location: other.jwksUri }).end(body));
    now += 6 * minute;
    expect(await accepted(tokenAt(one))).toBe(one.issuer);
    await until('it was asked in the background', () => one.fetches() === 2);
    now += minute;
    expect(await accepted(tokenAt(one))).toBe(one.issuer);
  });

  it('serve again once it answers again, after a failed attempt for a key nobody knows', async () => {
    await accepted(tokenAt(one));
    one.answerWith((_request, response) => response.writeHead(503).end());
    const next = one.rotate();
    now += minute;
    expect(await refusal(tokenAt(one, {}, {}, next))).toBe('401 token-key-unknown');
    one.answerWith();
    expect(await refusal(tokenAt(one, {}, {}, next))).toBe('401 token-key-unknown');
    expect(one.fetches()).toBe(2);
    now += 30_000;
    expect(await accepted(tokenAt(one, {}, {}, next))).toBe(one.issuer);
  });

  it('do not keep the tokens of another issuer waiting', async () => {
    one.answerWith(() => undefined);
    const waiting = refusal(tokenAt(one));
    expect(await accepted(tokenAt(other))).toBe(other.issuer);
    one.answerWith();
    await one.stop();
    expect(await waiting).toBe('503 token-keys-unavailable');
  });
});

describe('a storm of made-up key ids', () => {
  it('causes two requests a minute at most, whether they fail or not', async () => {
    await accepted(tokenAt(one));
    const made = stubKey('made-up');
    const storm = async () => {
      const tokens = Array.from({ length: 500 }, (_, n) => tokenAt(one, {}, { kid: `made-up-${n}` }, made));
      const codes = new Set(await Promise.all(tokens.map(refusal)));
      expect([...codes]).toEqual(['401 token-key-unknown']);
    };
    const before = one.fetches();
    now += 30_000;
    await storm();
    one.answerWith((_request, response) => response.writeHead(500).end());
    now += 29_000;
    await storm();
    expect(one.fetches() - before).toBeLessThanOrEqual(2);
    expect(await accepted(tokenAt(one))).toBe(one.issuer);
  });
});

describe('a rotation', () => {
  it('refuses no good token, whichever key signed it', async () => {
    await accepted(tokenAt(one));
    for (let round = 0; round < 3; round++) {
      const before = tokenAt(one);
      // A provider publishes a key at least as long before it signs with it as verifiers may wait to look again.
      now += minute;
      const next = one.rotate();
      const tokens = Array.from({ length: 20 }, () => tokenAt(one, {}, {}, next));
      expect(new Set(await Promise.all([before, ...tokens].map(refusal)))).toEqual(new Set(['accepted']));
    }
  });

  it('ends a withdrawn key when the set is read again', async () => {
    const old = one.rotate('old');
    await accepted(tokenAt(one, {}, {}, old));
    const next = one.rotate('next');
    one.publish(next);
    now += minute;
    await accepted(tokenAt(one, {}, {}, next));
    expect(await refusal(tokenAt(one, {}, {}, old))).toBe('401 token-key-unknown');
  });
});

describe('a key', () => {
  it('of one issuer says nothing about tokens of another, also under the same id', async () => {
    const [ones, others] = [one.rotate('same'), other.rotate('same')];
    expect(await accepted(tokenAt(one, {}, {}, ones))).toBe(one.issuer);
    expect(await accepted(tokenAt(other, {}, {}, others))).toBe(other.issuer);
    expect(await refusal(tokenAt(one, {}, {}, others))).toBe('401 token-signature');
    expect(await refusal(tokenAt(other, { iss: one.issuer }, {}, others))).toBe('401 token-signature');
  });

  it('of another kind under a known id fits no token', async () => {
    const known = one.rotate('known');
    await accepted(tokenAt(one, {}, {}, known));
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    one.publish({ ...known, publicJwk: { ...rsa, kid: 'known', use: 'sig' } });
    now += 6 * minute;
    await accepted(tokenAt(one, {}, {}, known));
    await until('the set was read again', async () => (await refusal(tokenAt(one, {}, {}, known))) !== 'accepted');
    expect(await refusal(tokenAt(one, {}, {}, known))).toBe('401 token-key-unfit');
  });

  it('that a token brings or points to is never looked at', async () => {
    const [own, made] = [one.rotate('own'), stubKey('own')];
    const before = other.fetches();
    for (const header of [{ jwk: made.publicJwk }, { jku: other.jwksUri }, { x5u: other.jwksUri }]) {
      expect(await refusal(tokenAt(one, {}, header, made))).toBe('401 token-signature');
      expect(await accepted(tokenAt(one, {}, header, own))).toBe(one.issuer);
    }
    expect(other.fetches()).toBe(before);
  });

  it('that is public is no shared secret', async () => {
    const own = one.rotate('own');
    const [, claims] = tokenAt(one).split('.');
    const pem = createPublicKey({ key: own.publicJwk, format: 'jwk' }).export({ format: 'pem', type: 'spki' });
    const secrets = [pem, JSON.stringify(own.publicJwk), own.publicJwk.x!];
    for (const secret of secrets) {
      const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid: 'own' })).toString('base64url');
      const signature = createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url');
      expect(await refusal(`${header}.${claims}.${signature}`)).toBe('401 token-algorithm');
    }
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid: 'own' })).toString('base64url');
    expect(await refusal(`${none}.${claims}.`)).toBe('401 token-algorithm');
  });
});

describe('a token of a trusted issuer', () => {
  const seconds = () => Math.floor(now / 1000);
  it.each<[string, () => Record<string, unknown>, string]>([
    ['ended four seconds ago by our clock', () => ({ exp: seconds() - 4 }), 'accepted'],
    ['ended six seconds ago', () => ({ exp: seconds() - 6 }), '401 token-expired'],
    ['begins in four seconds by our clock', () => ({ nbf: seconds() + 4 }), 'accepted'],
    ['begins in ten seconds', () => ({ nbf: seconds() + 10 }), '401 token-not-yet-valid'],
    ['is for us among others', () => ({ aud: ['x', one.audience] }), 'accepted'],
    ['is for others', () => ({ aud: ['x', 'y'] }), '401 token-audience'],
  ])('that %s is answered as it should', async (_, claims, expected) => {
    expect(await refusal(tokenAt(one, claims()))).toBe(expected);
  });

  it('may be for any of several audiences', async () => {
    verifier = make({ audience: ['first', 'second'] });
    expect(await accepted(tokenAt(one, { aud: 'second' }))).toBe(one.issuer);
    expect(await refusal(tokenAt(one))).toBe('401 token-audience');
  });
});

it('is trusted once: two issuers of one name do not start', () => {
  const issuer = ExternalIssuer.parse(one.setting());
  expect(() => createTokenVerifier({ issuers: [issuer, issuer] })).toThrow('is trusted twice');
});
