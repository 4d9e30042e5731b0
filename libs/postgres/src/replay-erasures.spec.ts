import { createHash, randomUUID } from 'node:crypto';
import { allEvents, SubjectErased } from '@annals/contracts';
import { comparePositions, holderOf, uuidv7, type Aggregate, type Position } from '@annals/event-store';
import { signedIn, startTestStores, testStores, until, type TestStores } from '@annals/testing';
import { replayedErasures } from './erasure-checkpoint.js';
import { keepReplayingErasures, replayErasures, subjectKeys, withTransaction, type ReplayParts } from './index.js';

const stores = testStores({ service: 'export', events: allEvents });
const erasure: Aggregate<number> = { category: 'erased', initial: 0, evolve: (count) => count + 1 };

const partsOf = ({ keysDatabase, keys, store }: TestStores): ReplayParts => ({
  ...{ pool: keysDatabase.pool, url: keysDatabase.ownerUrl, keys, store },
});
/** As another process: nothing in memory. */
const freshKeys = () => subjectKeys(stores().keysDatabase.pool, stores().keyEncryptionKey);

async function tellErased(person: string, accountId: string | null, fingerprints: string[], { store } = stores()) {
  const now = new Date().toISOString();
  const data = { account_id: accountId, user_id: person, erasure_id: randomUUID(), erased_at: now };
  const id = accountId ? `${accountId}_${person}` : person;
  const { position } = await store.execute(erasure, id, {
    ...{ id: uuidv7(), context: signedIn(), now },
    decide: () => [{ type: SubjectErased.type, data: { ...data, key_fingerprints: fingerprints } }],
  });
  return position!;
}

/** Erases as the process that owns erasures does. @returns where the fact of it stands */
async function erase(person: string, accountId: string | null): Promise<Position> {
  const holder = holderOf(person, accountId);
  await stores().keys.fence(holder);
  const position = await tellErased(person, accountId, await stores().keys.fingerprints(holder));
  await stores().keys.destroy(holder);
  return position;
}

const keyTables = {
  subject_keys: 'id, subject, purpose, period, kek_id, wrapped, created_at',
  fenced_subjects: 'subject, fenced_at, destroyed_at',
  fenced_keys: 'fingerprint, subject, fenced_at',
  replayed_erasures: 'one, commit_pos, prepare_pos, fences',
};
type KeyTable = keyof typeof keyTables;

/** What a backup of these tables holds, and how it is put back in their place. */
async function backUp(...tables: KeyTable[]): Promise<() => Promise<void>> {
  const { pool } = stores().keysDatabase;
  const saved = await Promise.all(
    tables.map(async (table) => ({
      table,
      rows: (await pool.query(`select ${keyTables[table]} from ${table}`, [])).rows,
    })),
  );
  return () =>
    withTransaction(pool, async (tx) => {
      // Who replays meanwhile finds the place as it was or as it is put back, and never none.
      await tx.query('lock table replayed_erasures');
      for (const { table, rows } of saved) {
        await tx.query(`delete from ${table}`, []);
        for (const row of rows) {
          const values = Object.values(row);
          const marks = values.map((_, n) => `$${n + 1}`).join(', ');
          await tx.query(`insert into ${table} (${keyTables[table]}) values (${marks})`, values);
        }
      }
    });
}
const everything = Object.keys(keyTables) as KeyTable[];

async function keyRows(person: string): Promise<number> {
  const counted = await stores().keysDatabase.pool.query('select from subject_keys where person = $1', [person]);
  return counted.rowCount;
}

describe('a key database that was put back from yesterday', () => {
  it('loses the keys that were destroyed since, before anybody may use it', async () => {
    const { keys } = stores();
    const [gone, stays, acme, globex] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
    const key = await keys.current(holderOf(gone, acme), 'profile');
    const elsewhere = await keys.current(holderOf(gone, globex), 'profile');
    const others = await keys.current(holderOf(stays, acme), 'profile');
    const putBack = await backUp(...everything);
    await erase(gone, acme);
    await replayErasures(partsOf(stores()));
    await putBack();
    expect(await freshKeys().find(key.id)).not.toBe('erased');

    await replayErasures(partsOf(stores()));
    expect(await freshKeys().find(key.id)).toBe('erased');
    expect(await freshKeys().find(elsewhere.id)).toEqual(elsewhere);
    expect(await freshKeys().find(others.id)).toEqual(others);
    expect(await keyRows(gone)).toBe(1);
    await expect(freshKeys().current(holderOf(gone, acme), 'account')).rejects.toMatchObject({
      code: 'subject-erased',
    });
  });

  it('refuses a key that comes back once more, also under another name: its fingerprint was told', async () => {
    const { keys } = stores();
    const [gone, other] = [randomUUID(), randomUUID()];
    const key = await keys.current(gone, 'profile');
    const putBack = await backUp(...everything);
    await erase(gone, null);
    await putBack();
    await stores().keysDatabase.pool.query('delete from subject_keys where subject = $1', [gone]);
    await replayErasures(partsOf(stores()));
    const fingerprint = createHash('sha256').update(key.id).digest('hex');
    expect(await freshKeys().fingerprints(gone)).toEqual([fingerprint]);
    await putBackAs(other);
    expect(await freshKeys().find(key.id)).toBe('erased');

    async function putBackAs(subject: string): Promise<void> {
      await stores().keysDatabase.pool.query(
        `insert into subject_keys (id, subject, purpose, period, kek_id, wrapped) values ($1, $2, 'profile', '2026', '', '')`,
        [key.id, subject],
      );
    }
  });

  it.each([
    ['the keys alone', ['subject_keys']],
    [
      'keys and fences, and not the place up to which erasures stand',
      ['subject_keys', 'fenced_subjects', 'fenced_keys'],
    ],
  ] as const)('is noticed although it is only %s', async (_which, tables) => {
    const { keys } = stores();
    const gone = randomUUID();
    await keys.current(gone, 'profile');
    const putBack = await backUp(...tables);
    await erase(gone, null);
    await replayErasures(partsOf(stores()));
    await putBack();
    expect(await keyRows(gone)).toBe(1);
    await replayErasures(partsOf(stores()));
    expect(await keyRows(gone)).toBe(0);
    await expect(freshKeys().current(gone, 'profile')).rejects.toMatchObject({ code: 'subject-erased' });
  });

  it('is noticed by the process that goes on replaying, at the next erasure', async () => {
    const { keys } = stores();
    const [gone, next] = [randomUUID(), randomUUID()];
    await keys.current(gone, 'profile');
    const putBack = await backUp(...everything);
    const errors: Error[] = [];
    const going = keepReplayingErasures({ ...partsOf(stores()), onError: (error) => errors.push(error) });
    try {
      const at = await erase(gone, null);
      await until('it has replayed the erasure', async () => {
        const replayed = await replayedErasures(stores().keysDatabase.pool);
        return replayed !== null && comparePositions(replayed, at) >= 0;
      });
      await putBack();
      await erase(next, null);
      await until('the keys are gone again', async () => (await keyRows(gone)) === 0);
      expect(errors.map(({ message }) => message).join()).toContain('older than it was');
    } finally {
      await going.stop();
    }
  });
});

describe('replaying erasures', () => {
  it('goes on from where it was, and fences nobody twice', async () => {
    const gone = randomUUID();
    await erase(gone, null);
    await replayErasures(partsOf(stores()));
    const fenced: string[] = [];
    const watched = {
      fence: async (holder: string) => void fenced.push(holder),
      destroy: async () => 0,
    };
    await replayErasures({ ...partsOf(stores()), keys: watched });
    expect(fenced).toEqual([]);
  });

  it('carries out what others have only told, as after a crash between the fact and the keys', async () => {
    const { keys } = stores();
    const [gone, acme] = [randomUUID(), randomUUID()];
    await keys.current(holderOf(gone, acme), 'profile');
    await keys.current(gone, 'account');
    await tellErased(gone, acme, []);
    await replayErasures(partsOf(stores()));
    expect(await keys.holders(gone)).toEqual([gone]);
  });

  it('goes on live, in one process at a time', async () => {
    const going = [1, 2].map(() => keepReplayingErasures(partsOf(stores())));
    const gone = randomUUID();
    await stores().keys.current(gone, 'profile');
    await tellErased(gone, null, []);
    await until('the keys are gone', async () => (await keyRows(gone)) === 0);
    await Promise.all(going.map((one) => one.stop()));
  });

  it('tries again when the keys are away for a moment, and loses no erasure', async () => {
    const gone = randomUUID();
    await stores().keys.current(gone, 'profile');
    await tellErased(gone, null, []);
    let failures = 1;
    const { keys } = stores();
    const errors: Error[] = [];
    const shaky = {
      fence: (holder: string, known?: readonly string[]) =>
        failures-- > 0 ? Promise.reject(new Error('the keys are away')) : keys.fence(holder, known),
      destroy: (holder: string) => keys.destroy(holder),
    };
    await replayErasures({ ...partsOf(stores()), keys: shaky, onError: (error) => errors.push(error) });
    expect(errors.map(({ message }) => message)).toEqual(['the keys are away']);
    expect(await keyRows(gone)).toBe(0);
  });

  it('begins anew in a store that ends before the place: it is another one', async () => {
    const another = await startTestStores({ service: 'export', events: allEvents });
    const gone = randomUUID();
    await tellErased(randomUUID(), null, []);
    await replayErasures(partsOf(stores()));
    await stores().keys.current(gone, 'profile');
    await tellErased(gone, null, [], another);
    await replayErasures({ ...partsOf(stores()), store: another.store });
    expect(await keyRows(gone)).toBe(0);
    await another.stop();
  });
});
