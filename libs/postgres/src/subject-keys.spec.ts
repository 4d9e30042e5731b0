import { randomBytes, randomUUID } from 'node:crypto';
import { holderOf, type SubjectKey } from '@annals/event-store';
import { testDatabase, until } from '@annals/testing';
import { subjectKeyMigrations, subjectKeys, withTransaction } from './index.js';

const database = testDatabase({ service: 'keys', migrations: subjectKeyMigrations });
const kek = randomBytes(32);
const keysOf = (cacheMs?: number) => subjectKeys(database().pool, kek, cacheMs === undefined ? {} : { cacheMs });

describe('subject keys', () => {
  it('exist once although 100 first writes in five processes come at once', async () => {
    const subject = randomUUID();
    const processes = Array.from({ length: 5 }, () => keysOf());
    const asked = Array.from({ length: 100 }, (_, n) => processes[n % 5]!.current(subject, 'profile'));
    const keys = await Promise.all(asked);
    expect(new Set(keys.map((key) => `${key.id} ${key.key.toString('hex')}`)).size).toBe(1);
    const { rows } = await database().pool.query('select id from subject_keys where subject = $1', [subject]);
    expect(rows).toHaveLength(1);
  });

  it('differ by subject, purpose and period', async () => {
    const subject = randomUUID();
    const inMay = subjectKeys(database().pool, kek, { now: () => new Date('2026-05-03') });
    const inJune = subjectKeys(database().pool, kek, { now: () => new Date('2026-06-03') });
    const keys = await Promise.all([
      inMay.current(subject, 'profile'),
      inMay.current(subject, 'security'),
      inJune.current(subject, 'security'),
      inMay.current(randomUUID(), 'profile'),
    ]);
    expect(new Set(keys.map((key) => key.id)).size).toBe(4);
    expect((await inJune.current(subject, 'profile')).id).toBe(keys[0].id);
  });

  it('are found again by id, in another process too', async () => {
    const key = await keysOf().current(randomUUID(), 'account');
    expect(await keysOf().find(key.id)).toEqual(key);
  });

  it('are held in bytes of their own: a key that is kept keeps nothing else', async () => {
    const key = await keysOf().current(randomUUID(), 'account');
    for (const held of [key, (await keysOf().find(key.id)) as SubjectKey]) expect(held.key.buffer.byteLength).toBe(32);
  });

  it('are not in the database in clear, and do not open with another key-encryption key', async () => {
    const key = await keysOf().current(randomUUID(), 'account');
    const { rows } = await database().pool.query<{ wrapped: Buffer }>(
      'select wrapped from subject_keys where id = $1',
      [key.id],
    );
    expect(rows[0]!.wrapped.includes(key.key)).toBe(false);
    const stranger = subjectKeys(database().pool, randomBytes(32));
    await expect(stranger.find(key.id)).rejects.toThrow('another key-encryption key');
  });

  it('do not open when moved to the row of somebody else', async () => {
    const victim = await keysOf().current(randomUUID(), 'account');
    const thief = await keysOf().current(randomUUID(), 'account');
    await database().pool.query(
      'update subject_keys set wrapped = (select wrapped from subject_keys where id = $1) where id = $2',
      [victim.id, thief.id],
    );
    await expect(keysOf().find(thief.id)).rejects.toThrow();
  });

  it('are erased for an id that nobody knows', async () => {
    expect(await keysOf().find(randomUUID())).toBe('erased');
  });
});

describe('a person in several accounts', () => {
  const [acme, globex] = [randomUUID(), randomUUID()];

  it('has keys of their own in each, and apart from those of no account', async () => {
    const person = randomUUID();
    const holders = [person, holderOf(person, acme), holderOf(person, globex)];
    const keys = await Promise.all(holders.map((holder) => keysOf().current(holder, 'profile')));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(3);
  });

  it('loses what one account holds and keeps what others do', async () => {
    const keys = keysOf();
    const person = randomUUID();
    const here = await keys.current(holderOf(person, acme), 'profile');
    const there = await keys.current(holderOf(person, globex), 'profile');
    const everywhere = await keys.current(person, 'account');
    expect(await keys.destroy(holderOf(person, acme))).toBe(1);
    expect(await keys.find(here.id)).toBe('erased');
    await expect(keys.current(holderOf(person, acme), 'account')).rejects.toMatchObject({ code: 'subject-erased' });
    expect(await keysOf().find(there.id)).toEqual(there);
    expect(await keysOf().current(person, 'account')).toEqual(everywhere);
  });

  it('who is erased altogether loses it in all accounts, also in those that never knew them', async () => {
    const keys = keysOf();
    const person = randomUUID();
    const held = await Promise.all(
      [person, holderOf(person, acme), holderOf(person, globex)].map((holder) => keys.current(holder, 'profile')),
    );
    expect(await keys.destroy(person)).toBe(3);
    for (const { id } of held) expect(await keysOf().find(id)).toBe('erased');
    const elsewhere = keysOf().current(holderOf(person, randomUUID()), 'profile');
    await expect(elsewhere).rejects.toMatchObject({ code: 'subject-erased' });
    await expect(keys.current(holderOf(person, acme), 'profile')).rejects.toMatchObject({ code: 'subject-erased' });
  });

  it('takes nothing from somebody else in the same account', async () => {
    const keys = keysOf();
    const [ada, eve] = [randomUUID(), randomUUID()];
    const eves = await keys.current(holderOf(eve, acme), 'profile');
    await keys.current(holderOf(ada, acme), 'profile');
    await keys.destroy(holderOf(ada, acme));
    expect(await keysOf().find(eves.id)).toEqual(eves);
  });
});

describe('a fenced subject', () => {
  it('gets no new key and no old one', async () => {
    const keys = keysOf();
    const subject = randomUUID();
    const key = await keys.current(subject, 'profile');
    await keys.fence(subject);
    await expect(keys.current(subject, 'profile')).rejects.toMatchObject({ status: 410, code: 'subject-erased' });
    await expect(keys.current(subject, 'account')).rejects.toMatchObject({ code: 'subject-erased' });
    expect(await keys.find(key.id)).toBe('erased');
  });

  it('gets no key from creators that race with the fence', async () => {
    const subject = randomUUID();
    const creators = Array.from({ length: 30 }, () =>
      keysOf()
        .current(subject, 'account')
        .catch((error: { code: string }) => error.code),
    );
    const destroyed = keysOf().destroy(subject);
    await Promise.all([...creators, destroyed]);
    const { rows } = await database().pool.query('select id from subject_keys where subject = $1', [subject]);
    expect(rows).toEqual([]);
  });

  it('makes creators wait for a fence that is being put up', async () => {
    const subject = randomUUID();
    const { pool } = database();
    let creator: Promise<unknown> | undefined;
    await withTransaction(pool, async (fence) => {
      await fence.query("select pg_advisory_xact_lock(hashtext('annals.subject'), hashtext($1))", [subject]);
      creator = keysOf()
        .current(subject, 'account')
        .catch((error: { code: string }) => error.code);
      await until('the creator waits', async () => {
        const waiting = `select from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`;
        return (await pool.query(waiting, [])).rowCount === 1;
      });
      await fence.query('insert into fenced_subjects (subject) values ($1)', [subject]);
    });
    expect(await creator).toBe('subject-erased');
  });

  it('loses its keys for good, and other processes notice when their cache ends', async () => {
    const here = keysOf();
    const there = keysOf(50);
    const subject = randomUUID();
    const key = await here.current(subject, 'profile');
    await there.find(key.id);
    expect(await here.destroy(subject)).toBe(1);
    expect(await here.destroy(subject)).toBe(0);
    expect(await here.find(key.id)).toBe('erased');
    await until('the other process sees the erasure', async () => (await there.find(key.id)) === 'erased');
  });

  it('does not disturb others', async () => {
    const keys = keysOf();
    const other = await keys.current(randomUUID(), 'profile');
    await keys.destroy(randomUUID());
    expect(await keys.find(other.id)).toEqual(other);
  });
});
