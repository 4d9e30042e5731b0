import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { holderOf } from '@annals/event-store';
import { testDatabase } from '@annals/testing';
import { subjectKeyMigrations, subjectKeys } from './index.js';

const database = testDatabase({ service: 'keys', migrations: subjectKeyMigrations });
const kek = randomBytes(32);
const keysOf = () => subjectKeys(database().pool, kek);
const [acme, globex] = [randomUUID(), randomUUID()];
const fingerprintOf = (id: string) => createHash('sha256').update(id).digest('hex');

/** What stood in the key database yesterday, and how it is put back, as of a dump. */
async function dumpOf(ids: readonly string[]): Promise<{ restore(subject?: string): Promise<void> }> {
  const { pool } = database();
  const columns = 'id, subject, purpose, period, kek_id, wrapped';
  const { rows } = await pool.query(`select ${columns} from subject_keys where id = any($1)`, [ids]);
  return {
    async restore(subject) {
      for (const row of rows) {
        await pool.query(`insert into subject_keys (${columns}) values ($1, $2, $3, $4, $5, $6)`, [
          ...[row.id, subject ?? row.subject, row.purpose, row.period, row.kek_id, row.wrapped],
        ]);
      }
    },
  };
}

describe('fingerprints of keys', () => {
  it('are the SHA-256 of the ids, a person’s of all accounts, an account’s of its own', async () => {
    const keys = keysOf();
    const person = randomUUID();
    const here = await keys.current(holderOf(person, acme), 'profile');
    const there = await keys.current(holderOf(person, globex), 'profile');
    const own = await keys.current(person, 'account');
    const all = [here, there, own].map(({ id }) => fingerprintOf(id)).sort();
    expect(await keys.fingerprints(person)).toEqual(all);
    expect(await keys.fingerprints(holderOf(person, acme))).toEqual([fingerprintOf(here.id)]);
    expect(await keys.fingerprints(randomUUID())).toEqual([]);
  });

  it('are the same when the keys are gone, so that who asks again after a crash gets them again', async () => {
    const keys = keysOf();
    const person = randomUUID();
    await keys.current(holderOf(person, acme), 'profile');
    await keys.current(person, 'account');
    const before = await keys.fingerprints(person);
    await keys.destroy(person);
    expect(await keys.fingerprints(person)).toEqual(before);
    expect(before).toHaveLength(2);
  });
});

describe('the holders of a person', () => {
  it('are those that have keys, each once, and nobody else’s', async () => {
    const keys = keysOf();
    const person = randomUUID();
    const holders = [person, holderOf(person, acme), holderOf(person, globex)].sort();
    for (const holder of [...holders, holderOf(randomUUID(), acme)]) {
      await keys.current(holder, 'profile');
      await keys.current(holder, 'security');
    }
    expect(await keys.holders(person)).toEqual(holders);
    await keys.destroy(holderOf(person, acme));
    expect(await keys.holders(person)).toEqual(holders.filter((holder) => !holder.startsWith(acme)));
    expect(await keys.holders(randomUUID())).toEqual([]);
  });
});

describe('a fence', () => {
  it('leaves no key that was being made for the person in any account', async () => {
    const person = randomUUID();
    const creators = Array.from({ length: 30 }, (_, n) =>
      keysOf()
        .current(holderOf(person, [null, acme, globex][n % 3]), 'account')
        .catch((error: { code: string }) => error.code),
    );
    await Promise.all([...creators, keysOf().destroy(person)]);
    expect(await keysOf().holders(person)).toEqual([]);
  });

  it('in one account leaves those that are being made in another', async () => {
    const person = randomUUID();
    const [here, there] = [holderOf(person, acme), holderOf(person, globex)];
    const creators = Array.from({ length: 20 }, (_, n) =>
      keysOf()
        .current(n % 2 ? here : there, 'account')
        .catch((error: { code: string }) => error.code),
    );
    await Promise.all([...creators, keysOf().destroy(here)]);
    expect(await keysOf().holders(person)).toEqual([there]);
  });

  it('comes before the destruction, so that nothing is given out when a crash parts the two', async () => {
    const keys = keysOf();
    const holder = holderOf(randomUUID(), acme);
    const { id } = await keys.current(holder, 'profile');
    await keys.fence(holder);
    expect(await keysOf().find(id)).toBe('erased');
    await expect(keysOf().current(holder, 'profile')).rejects.toMatchObject({ code: 'subject-erased' });
    expect(await keysOf().destroy(holder)).toBe(1);
  });
});

describe('a fenced key', () => {
  it('is refused when its row comes back', async () => {
    const keys = keysOf();
    const holder = holderOf(randomUUID(), acme);
    const { id } = await keys.current(holder, 'profile');
    const dump = await dumpOf([id]);
    await keys.destroy(holder);
    await dump.restore();
    expect(await keysOf().find(id)).toBe('erased');
    await expect(keysOf().current(holder, 'profile')).rejects.toMatchObject({ code: 'subject-erased' });
  });

  it('is refused under the name of somebody else, who gets a key of their own', async () => {
    const keys = keysOf();
    const [gone, other] = [holderOf(randomUUID(), acme), holderOf(randomUUID(), acme)];
    const { id } = await keys.current(gone, 'profile');
    const dump = await dumpOf([id]);
    await keys.destroy(gone);
    await dump.restore(other);
    expect(await keysOf().find(id)).toBe('erased');
    const fresh = await keysOf().current(other, 'profile');
    expect(fresh.id).not.toBe(id);
    expect(await keysOf().find(fresh.id)).toEqual(fresh);
  });

  it('is removed by the next destruction under whichever name it stands', async () => {
    const keys = keysOf();
    const gone = holderOf(randomUUID(), acme);
    const { id } = await keys.current(gone, 'profile');
    const dump = await dumpOf([id]);
    await keys.destroy(gone);
    await dump.restore(randomUUID());
    expect(await keys.destroy(gone)).toBe(1);
  });

  it('may be one that is not there yet: its fingerprint is enough', async () => {
    const keys = keysOf();
    const [gone, other] = [randomUUID(), randomUUID()];
    const { id } = await keys.current(other, 'profile');
    const dump = await dumpOf([id]);
    await database().pool.query('delete from subject_keys where id = $1', [id]);
    await keys.fence(gone, [fingerprintOf(id)]);
    await keys.fence(gone, [fingerprintOf(id)]);
    await dump.restore();
    expect(await keysOf().find(id)).toBe('erased');
    expect(await keys.fingerprints(gone)).toEqual([fingerprintOf(id)]);
  });

  it('does not disturb the keys of the same person in other accounts', async () => {
    const keys = keysOf();
    const person = randomUUID();
    await keys.current(holderOf(person, acme), 'profile');
    const there = await keys.current(holderOf(person, globex), 'profile');
    await keys.destroy(holderOf(person, acme));
    expect(await keysOf().find(there.id)).toEqual(there);
    expect(await keys.current(holderOf(person, globex), 'profile')).toEqual(there);
  });
});
