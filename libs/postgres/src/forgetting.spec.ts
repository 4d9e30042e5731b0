import { randomBytes, randomUUID } from 'node:crypto';
import { holderOf } from '@annals/event-store';
import { startTestDatabase, testDatabase, until } from '@annals/testing';
import { withSingleConnection } from './single-connection.js';
import { startForgetting, subjectKeyMigrations, subjectKeys, withTransaction, type Forgetting } from './index.js';

const running: Forgetting[] = [];
afterAll(() => Promise.all(running.map((forgetting) => forgetting.stop())));
const database = testDatabase({ service: 'keys', migrations: subjectKeyMigrations });
const kek = randomBytes(32);

/** A process that caches something, and what it was told to forget since it listens. */
async function listening(silenceMs?: number) {
  const { appUrl: url, pool } = database();
  const told: (string | null)[] = [];
  const forgetting = startForgetting({ url, pool, ...(silenceMs === undefined ? {} : { silenceMs }) });
  running.push(forgetting);
  forgetting.each((holder) => told.push(holder));
  await forgetting.ready;
  told.length = 0;
  return { forgetting, told };
}

/** As somebody who is no part of the system: from another database, so that this one can be closed to everybody. */
function administer(work: string): Promise<void> {
  const url = new URL(database().superuserUrl);
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  return withSingleConnection(url.href, 'admin', async (sql) => {
    await sql.query(work.replaceAll('THIS', name), undefined);
  });
}
/** Others listen on the same connection, and what they say to hear themselves is heard by all. */
const alone = () => Promise.all(running.map((other) => other.stop()));
const cut = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = 'THIS' and application_name = 'annals listening'`;

describe('a fence', () => {
  it('is heard in every process at its commit, and again at the destruction', async () => {
    const processes = await Promise.all([listening(), listening()]);
    const keys = subjectKeys(database().pool, kek);
    const holder = holderOf(randomUUID(), randomUUID());
    await keys.fence(holder);
    for (const { told } of processes) await until('the fence is heard', () => told.includes(holder));
    await keys.destroy(holder);
    for (const { told } of processes) {
      await until('the destruction is heard', () => told.filter((who) => who === holder).length >= 2);
    }
  });

  it('is not heard when it was taken back', async () => {
    const { told } = await listening();
    const keys = subjectKeys(database().pool, kek);
    const [undone, done] = [randomUUID(), randomUUID()];
    const taken = withTransaction(database().pool, async (tx) => {
      await tx.query("select pg_notify('annals_forget', $1)", [undone]);
      throw new Error('no');
    });
    await expect(taken).rejects.toThrow('no');
    await keys.fence(done);
    await until('the later one is heard', () => told.includes(done));
    expect(told).not.toContain(undone);
  });

  it('makes another process forget keys that it would have kept longer', async () => {
    const { forgetting, told } = await listening();
    const [here, there] = [subjectKeys(database().pool, kek), subjectKeys(database().pool, kek)];
    forgetting.each((holder) => there.forget(holder));
    const person = randomUUID();
    const holder = holderOf(person, randomUUID());
    const key = await there.current(holder, 'profile');
    expect(await there.find(key.id)).toEqual(key);
    await here.fence(person);
    await until('it is heard', () => told.includes(person));
    await expect(there.current(holder, 'profile')).rejects.toMatchObject({ code: 'subject-erased' });
    expect(await there.find(key.id)).toBe('erased');
  });
});

describe('a process that may have missed a fence', () => {
  it('forgets everything when it hears again', async () => {
    const { forgetting, told } = await listening();
    await administer(cut);
    await until('everything is forgotten', () => told.includes(null));
    expect(forgetting.trusted()).toBe(true);
  });

  it('trusts nothing while it cannot come back, and everything again once it can', async () => {
    const { forgetting, told } = await listening(500);
    await administer('alter database "THIS" with allow_connections false');
    try {
      await administer(cut);
      await until('nothing is trusted', () => !forgetting.trusted());
      await until('everything is forgotten', () => told.includes(null));
      told.length = 0;
    } finally {
      await administer('alter database "THIS" with allow_connections true');
    }
    await until('it hears again', () => forgetting.trusted());
    expect(told).toContain(null);
  });

  it('notices by itself that a connection has gone deaf, and listens anew', async () => {
    await alone();
    const elsewhere = await startTestDatabase({ service: 'keys' });
    // What it says goes elsewhere, as if its own connection brought nothing any more.
    const forgetting = startForgetting({ url: database().appUrl, pool: elsewhere.pool, silenceMs: 500 });
    running.push(forgetting);
    const told: (string | null)[] = [];
    forgetting.each((holder) => told.push(holder));
    await until('it has listened twice', () => told.filter((who) => who === null).length >= 4);
    await forgetting.stop();
    await elsewhere.stop();
  });

  it('is not one where nobody fences anybody: it hears itself', async () => {
    await alone();
    const { appUrl: url, pool } = database();
    let said = 0;
    const counted = { ...pool, query: (text: string, values: unknown[]) => (said++, pool.query(text, values)) };
    const forgetting = startForgetting({ url, pool: counted as typeof pool, silenceMs: 5_000 });
    running.push(forgetting);
    const told: (string | null)[] = [];
    await forgetting.ready;
    forgetting.each((holder) => told.push(holder));
    await until('it has said something for longer than it may hear nothing', () => said >= 6, 30_000);
    expect(forgetting.trusted()).toBe(true);
    expect(told).toEqual([]);
  });
});
