import { randomBytes } from 'node:crypto';
import { createTokenIssuer, createTokenVerifier, ownIssuer, type PublicKeySet } from '@annals/auth';
import { testDatabase } from '@annals/testing';
import { migrations } from '../migrations.js';
import { deriveSecrets } from '../secrets.js';
import { openKeyRing } from './key-ring.js';

const database = testDatabase({ service: 'identity', migrations });
const secrets = deriveSecrets(randomBytes(32), randomBytes(32));
const issuer = 'https://annals.test';
const second = 1_000;
const minute = 60 * second;
const period = 45 * minute;
/** How old a document may be that a cache between identity and a verifier gives (its `max-age`). */
const documentAge = 300 * second;

describe('signing keys that rotate while tokens are made and verified', () => {
  let now: number;
  const clock = () => now;
  beforeEach(async () => {
    now = Date.parse('2026-03-01T12:00:00.000Z');
    await database().pool.query('delete from signing_keys', []);
  });

  /** One process of identity; its ring looks into the database each minute, from `phase` on. */
  async function startProcess(phase: number) {
    const ring = await openKeyRing({
      pool: database().pool,
      secrets,
      period,
      now: clock,
      record: async () => undefined,
      onError: () => undefined,
    });
    const tokens = createTokenIssuer({ issuer, keys: () => ring.keys(), now: clock });
    const tick = async () => {
      if ((now / second + phase) % 60 < 15) await ring.renew();
    };
    return { ring, tokens, tick };
  }

  /** A verifier that reads key documents through a cache of its own. */
  function startVerifier(published: () => PublicKeySet) {
    let cached: { document: string; at: number } | undefined;
    return createTokenVerifier({
      issuers: [ownIssuer(issuer, `${issuer}/jwks.json`)],
      now: clock,
      fetchJwks: async () => {
        if (!cached || now - cached.at >= documentAge) cached = { document: JSON.stringify(published()), at: now };
        return JSON.parse(cached.document) as unknown;
      },
    });
  }

  const claims = {
    sub: '018f0000-0000-7000-8000-0000000000a1',
    sid: '018f0000-0000-7000-8000-0000000000c1',
    account_id: null,
    amr: ['pwd'],
  };
  const kidOf = (token: string) =>
    (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;

  it('refuse no good token, wherever it was made and verified, up to its last second', async () => {
    const processes = [await startProcess(0), await startProcess(20), await startProcess(40)];
    const verifiers = processes.map(({ tokens }) => startVerifier(() => tokens.jwks()));
    const made: { token: string; expiresAt: number }[] = [];
    const kids = new Set<string>();
    const end = now + 4 * period;
    for (; now < end; now += 15 * second) {
      await Promise.all(processes.map(({ tick }) => tick()));
      const fresh = await Promise.all(processes.map(({ tokens }) => tokens.mint(claims)));
      for (const { token } of fresh) kids.add(kidOf(token));
      made.push(...fresh);
      while (made[0]!.expiresAt * second <= now) made.shift();
      // The newest of each process and the oldest that is still good, at every verifier, all at once.
      const shown = [...fresh, made[0]!];
      await Promise.all(verifiers.flatMap((verifier) => shown.map(({ token }) => verifier.verify(token))));
    }
    expect(kids.size).toBeGreaterThanOrEqual(4);
    for (const { ring } of processes) ring.stop();
  });

  it('are refused at once when one has leaked, whatever is still published; the next one is good', async () => {
    const { ring, tokens, tick } = await startProcess(0);
    const verifier = startVerifier(() => tokens.jwks());
    const { token } = await tokens.mint(claims);
    await verifier.verify(token);
    verifier.refuseKey(issuer, kidOf(token));
    await expect(verifier.verify(token)).rejects.toMatchObject({ status: 401, code: 'token-key-unknown' });
    const end = now + period + minute;
    for (; now < end; now += 15 * second) await tick();
    const next = await tokens.mint(claims);
    expect(kidOf(next.token)).not.toBe(kidOf(token));
    await expect(verifier.verify(next.token)).resolves.toMatchObject({ subject: claims.sub });
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'token-key-unknown' });
    ring.stop();
  });
});
