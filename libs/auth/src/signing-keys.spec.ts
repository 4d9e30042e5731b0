import {
  createSigningKey,
  keepAfter,
  nextKeyDue,
  publicKeySetAt,
  publishAhead,
  publishedKeysAt,
  signingKeyAt,
} from './signing-keys.js';
import { createTokenIssuer } from './token-issuer.js';
import { createTokenVerifier } from './token-verifier.js';
import { ownIssuer } from './issuer.js';

const day = 24 * 3600 * 1000;
const start = Date.parse('2026-11-21T09:00:00Z');
const claims = { sub: 'ann', sid: 's', account_id: null, amr: ['pwd'] };

describe('a key', () => {
  it('signs from its time on, until the next one does', async () => {
    const keys = [await createSigningKey('b', start + day), await createSigningKey('a', start)];
    expect(signingKeyAt(keys, start).kid).toBe('a');
    expect(signingKeyAt(keys, start + day - 1).kid).toBe('a');
    expect(signingKeyAt(keys, start + day).kid).toBe('b');
    expect(() => signingKeyAt(keys, start - 1)).toThrow('no signing key is active yet');
  });

  it('is published before it signs and for a while after', async () => {
    const keys = [await createSigningKey('a', start), await createSigningKey('b', start + day)];
    const kids = (now: number) => publishedKeysAt(keys, now).map((key) => key.kid);
    expect(kids(start)).toEqual(['a', 'b']);
    expect(kids(start + day + keepAfter - 1)).toEqual(['a', 'b']);
    expect(kids(start + day + keepAfter)).toEqual(['b']);
  });

  it('is published without its secret', async () => {
    const set = publicKeySetAt([await createSigningKey('a', start)], start);
    expect(JSON.stringify(set)).not.toContain('"d"');
  });

  it('is due in time for verifiers to learn of it before it signs', async () => {
    const keys = [await createSigningKey('a', start)];
    expect(nextKeyDue([], start, day)).toBe(start);
    expect(nextKeyDue(keys, start + day - publishAhead - 1, day)).toBeNull();
    expect(nextKeyDue(keys, start + day - publishAhead, day)).toBe(start + day);
    expect(nextKeyDue(keys, start + 3 * day, day)).toBe(start + 3 * day + publishAhead);
  });
});

describe('a rotation', () => {
  it('refuses no token, whenever verifiers read the keys', async () => {
    let now = start;
    const keys = [await createSigningKey('k0', start)];
    const issuer = createTokenIssuer({ issuer: 'https://annals.test', keys: () => keys, now: () => now });
    const verifier = createTokenVerifier({
      issuers: [ownIssuer('https://annals.test', 'https://annals.test/jwks')],
      fetchJwks: async () => issuer.jwks(),
      now: () => now,
    });
    const outstanding: { token: string; expiresAt: number }[] = [];
    for (; now < start + 4 * 3600_000; now += 61_000) {
      const due = nextKeyDue(keys, now, 3600_000);
      if (due !== null) keys.push(await createSigningKey(`k${keys.length}`, due));
      outstanding.push(await issuer.mint(claims));
      while (outstanding[0]!.expiresAt * 1000 < now) outstanding.shift();
      for (const { token } of outstanding) await verifier.verify(token);
    }
    expect(keys.length).toBeGreaterThanOrEqual(4);
  });
});

describe('the token issuer', () => {
  it('gives each token an id of its own and nothing personal', async () => {
    const keys = [await createSigningKey('a', start)];
    const issuer = createTokenIssuer({ issuer: 'https://annals.test', keys: () => keys, now: () => start });
    const decode = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as object;
    const [one, two] = [decode((await issuer.mint(claims)).token), decode((await issuer.mint(claims)).token)];
    expect(Object.keys(one).sort()).toEqual([
      'account_id',
      'amr',
      'aud',
      'exp',
      'iat',
      'iss',
      'jti',
      'nbf',
      'sid',
      'sub',
    ]);
    expect(one).not.toEqual(two);
  });

  it('does not make tokens that live longer than five minutes', () => {
    expect(() => createTokenIssuer({ issuer: 'x', keys: () => [], lifetime: 301 })).toThrow(
      'an access token lives 300 s at most',
    );
  });
});
