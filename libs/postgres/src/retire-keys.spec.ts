import { randomBytes, randomUUID } from 'node:crypto';
import { testDatabase, until } from '@annals/testing';
import { subjectKeyMigrations, subjectKeys } from './index.js';

const database = testDatabase({ service: 'keys', migrations: subjectKeyMigrations });
const kek = randomBytes(32);
const keysAt = (now: string, cacheMs?: number) =>
  subjectKeys(database().pool, kek, { now: () => new Date(now), ...(cacheMs === undefined ? {} : { cacheMs }) });
const first = { after: '', limit: 10 };

describe('retiring keys', () => {
  it('destroys those of one purpose and period, of the subjects that are named', async () => {
    const [gone, kept] = [randomUUID(), randomUUID()];
    const inMay = keysAt('2026-05-03');
    const inJune = keysAt('2026-06-03');
    const retired = await inMay.current(gone, 'security');
    const others = await Promise.all([
      inMay.current(kept, 'security'),
      inMay.current(gone, 'analytics'),
      inMay.current(gone, 'profile'),
      inJune.current(gone, 'security'),
    ]);
    expect(await inJune.retire('security', '2026-05', [gone, randomUUID()])).toEqual([gone]);
    expect(await inJune.retire('security', '2026-05', [gone])).toEqual([]);
    expect(await inJune.find(retired.id)).toBe('erased');
    for (const key of others) expect(await inJune.find(key.id)).toEqual(key);
  });

  it('is noticed at once where it was done, and elsewhere when the cache ends', async () => {
    const subject = randomUUID();
    const key = await keysAt('2025-01-03').current(subject, 'security');
    const here = keysAt('2026-06-03');
    const there = keysAt('2026-06-03', 50);
    await Promise.all([here.find(key.id), there.find(key.id)]);
    await here.retire('security', '2025-01', [subject]);
    expect(await here.find(key.id)).toBe('erased');
    await until('the other process notices', async () => (await there.find(key.id)) === 'erased');
  });

  it('is refused while the period lasts', async () => {
    const keys = keysAt('2026-06-30T23:59:59.999Z');
    await expect(keys.retire('security', '2026-06', [])).rejects.toThrow('not over');
  });

  it('leaves a subject able to get new keys', async () => {
    const subject = randomUUID();
    await keysAt('2025-02-03').current(subject, 'security');
    const keys = keysAt('2026-06-03');
    await keys.retire('security', '2025-02', [subject]);
    expect(await keys.find((await keys.current(subject, 'security')).id)).not.toBe('erased');
  });
});

describe('looking through keys', () => {
  it('names periods, oldest first, and pages through their subjects', async () => {
    const subjects = [randomUUID(), randomUUID(), randomUUID()].sort();
    for (const subject of subjects) await keysAt('2001-02-03').current(subject, 'analytics');
    await keysAt('2000-12-03').current(subjects[0]!, 'analytics');
    const keys = keysAt('2026-06-03');
    expect((await keys.periods('analytics')).slice(0, 2)).toEqual(['2000-12', '2001-02']);
    expect(await keys.subjects('analytics', '2001-02', { after: '', limit: 2 })).toEqual(subjects.slice(0, 2));
    expect(await keys.subjects('analytics', '2001-02', { after: subjects[1]!, limit: 2 })).toEqual(subjects.slice(2));
    expect(await keys.subjects('analytics', '1999-01', first)).toEqual([]);
    expect(await keys.count('analytics', '2000-12', subjects)).toBe(1);
  });
});
