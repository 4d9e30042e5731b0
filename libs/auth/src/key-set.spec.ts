import { createKeySet } from './key-set.js';
import { generateKey, type PublicJwk } from './inside-keys.js';

const minute = 60_000;
let now: number;
let fetches: number;
let answer: () => Promise<unknown>;
let published: string[];
const documents = new Map<string, PublicJwk>();

beforeAll(async () => {
  for (const kid of ['k1', 'k2']) documents.set(kid, (await generateKey(kid)).publicJwk);
});

beforeEach(() => {
  now = Date.parse('2026-11-21T09:00:00Z');
  fetches = 0;
  published = ['k1'];
  answer = async () => ({ keys: published.map((kid) => documents.get(kid)) });
});

const keySet = () =>
  createKeySet(
    'https://issuer.test/jwks',
    () => {
      fetches++;
      return answer();
    },
    () => now,
  );
const settled = () => new Promise((resolve) => setImmediate(resolve));
const outage = () => Promise.reject(new Error('connect ECONNREFUSED'));
const unknown = { status: 401, code: 'token-key-unknown' };
const unavailable = { status: 503, code: 'token-keys-unavailable' };

describe('the keys of an issuer', () => {
  it('are read once for many tokens that come together', async () => {
    const keys = keySet();
    await Promise.all([keys.find('k1', 'EdDSA'), keys.find('k1', 'EdDSA'), keys.find('k1', 'EdDSA')]);
    await keys.find('k1', 'EdDSA');
    expect(fetches).toBe(1);
  });

  it('are read again for a key id that appeared since, though the set is fresh', async () => {
    const keys = keySet();
    await keys.find('k1', 'EdDSA');
    published.push('k2');
    now += minute;
    await expect(keys.find('k2', 'EdDSA')).resolves.toBeDefined();
    expect(fetches).toBe(2);
  });

  it('are read twice a minute at most under a thousand made-up key ids', async () => {
    const keys = keySet();
    for (let i = 0; i < 1000; i++) {
      now += 60;
      await expect(keys.find(`made-up-${i}`, 'EdDSA')).rejects.toMatchObject(unknown);
    }
    expect(fetches).toBeLessThanOrEqual(2);
  });

  it('are not asked for again and again when asking fails: a failure starts the cooldown too', async () => {
    const keys = keySet();
    await keys.find('k1', 'EdDSA');
    answer = outage;
    for (let i = 0; i < 100; i++) {
      now += 290;
      await expect(keys.find('k2', 'EdDSA')).rejects.toMatchObject(unknown);
    }
    expect(fetches).toBe(1);
    now += 30_000;
    await expect(keys.find('k2', 'EdDSA')).rejects.toMatchObject(unknown);
    await expect(keys.find('k2', 'EdDSA')).rejects.toMatchObject(unknown);
    expect(fetches).toBe(2);
  });

  it('are read again in the background after five minutes, without anybody waiting', async () => {
    const keys = keySet();
    await keys.find('k1', 'EdDSA');
    now += 5 * minute;
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    const fresh = await answer();
    answer = () => held.then(() => fresh);
    await expect(keys.find('k1', 'EdDSA')).resolves.toBeDefined();
    expect(fetches).toBe(2);
    release();
    await settled();
  });

  it('that were withdrawn end when the set is read again', async () => {
    const keys = keySet();
    await keys.find('k1', 'EdDSA');
    published = ['k2'];
    now += 5 * minute;
    await keys.find('k1', 'EdDSA');
    await settled();
    await expect(keys.find('k1', 'EdDSA')).rejects.toMatchObject(unknown);
    await expect(keys.find('k2', 'EdDSA')).resolves.toBeDefined();
  });

  it('survive an outage of the endpoint for an hour, and not longer', async () => {
    const keys = keySet();
    await keys.find('k1', 'EdDSA');
    answer = outage;
    for (let passed = 0; passed < 59; passed++) {
      now += minute;
      await expect(keys.find('k1', 'EdDSA')).resolves.toBeDefined();
      await settled();
    }
    now += minute;
    await expect(keys.find('k1', 'EdDSA')).rejects.toMatchObject(unavailable);
    // Within the cooldown the endpoint is left alone.
    const before = fetches;
    await expect(keys.find('k1', 'EdDSA')).rejects.toMatchObject(unavailable);
    expect(fetches).toBe(before);
  });

  it('that were never read are asked for more often, so that services start in any order', async () => {
    const working = answer;
    answer = outage;
    const keys = keySet();
    await expect(keys.find('k1', 'EdDSA')).rejects.toMatchObject(unavailable);
    await expect(keys.find('k1', 'EdDSA')).rejects.toMatchObject(unavailable);
    expect(fetches).toBe(1);
    now += 2000;
    answer = working;
    await expect(keys.find('k1', 'EdDSA')).resolves.toBeDefined();
  });

  it('are public signing keys alone', async () => {
    const { publicJwk } = await generateKey('k1');
    answer = async () => ({
      keys: [
        { kty: 'oct', kid: 'secret', k: 'c2VjcmV0' },
        { ...publicJwk, kid: 'encrypting', use: 'enc' },
        { ...publicJwk, kid: undefined },
        publicJwk,
      ],
    });
    const keys = keySet();
    await expect(keys.find('k1', 'EdDSA')).resolves.toBeDefined();
    await expect(keys.find('secret', 'EdDSA')).rejects.toMatchObject(unknown);
    await expect(keys.find('encrypting', 'EdDSA')).rejects.toMatchObject(unknown);
    await expect(keys.find('k1', 'RS256')).rejects.toMatchObject(unknown);
  });
});
