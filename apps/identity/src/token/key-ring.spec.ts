import { randomBytes } from 'node:crypto';
import { testDatabase } from '@annals/testing';
import { migrations } from '../migrations.js';
import { deriveSecrets } from '../secrets.js';
import { openKeyRing, type KeyRingOptions } from './key-ring.js';

const database = testDatabase({ service: 'identity', migrations });
const secrets = deriveSecrets(randomBytes(32), randomBytes(32));
const minute = 60_000;
const period = 60 * minute;
const start = Date.parse('2026-03-01T12:00:00.000Z');

const record = async () => undefined;
const open = (now: () => number, over: Partial<KeyRingOptions> = {}) =>
  openKeyRing({ pool: database().pool, secrets, period, now, record, onError: () => undefined, ...over });
const kids = (ring: Awaited<ReturnType<typeof open>>) => ring.keys().map(({ kid }) => kid);

describe('the key ring', () => {
  it('has one first key, however many processes start at once', async () => {
    const rings = await Promise.all(Array.from({ length: 5 }, () => open(() => start)));
    for (const ring of rings) {
      await ring.renew();
      expect(kids(ring)).toEqual(kids(rings[0]!));
      ring.stop();
    }
    expect(rings[0]!.keys()).toHaveLength(1);
  });

  it('makes the next key ahead of its time, once, and shares it', async () => {
    let now = start;
    const [first, second] = [await open(() => now), await open(() => now)];
    now = start + period - 5 * minute;
    await Promise.all([first.renew(), second.renew()]);
    await Promise.all([first.renew(), second.renew()]);
    expect(kids(first)).toHaveLength(2);
    expect(kids(second)).toEqual(kids(first));
    expect(first.keys()[1]!.signs_from).toBeGreaterThanOrEqual(now + 10 * minute);
    first.stop();
    second.stop();
  });

  it('has each key recorded, and tries again when that failed', async () => {
    let now = start + period;
    const recorded: string[][] = [];
    const trouble: unknown[] = [];
    let away = true;
    const ring = await open(() => now, {
      record: async (keys) => {
        if (away) throw new Error('the store is away');
        recorded.push(keys.map(({ kid }) => kid));
      },
      onError: (error) => trouble.push(error),
    });
    expect([ring.keys().length > 0, trouble.length, recorded]).toEqual([true, 1, []]);
    away = false;
    await ring.renew();
    await ring.renew();
    expect(recorded).toEqual([kids(ring)]);
    now += 2 * period;
    await ring.renew();
    expect(recorded).toEqual([recorded[0], kids(ring)]);
    expect(kids(ring).length).toBe(recorded[0]!.length + 1);
    ring.stop();
  });

  it('cannot be opened under another key-encryption key', async () => {
    const other = deriveSecrets(randomBytes(32), randomBytes(32));
    await expect(open(() => start, { secrets: other })).rejects.toThrow();
  });
});
