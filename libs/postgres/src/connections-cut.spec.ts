import { testDatabase, until } from '@annals/testing';
import { createPool, isTransient, listen, notify, standForLeader } from './index.js';

const database = testDatabase({ service: 'identity' });

/** Ends connections from the server's side, as a restart or an impatient administrator does. */
async function cut(applicationName: string): Promise<number> {
  const admin = createPool({ url: database().superuserUrl, applicationName: 'admin', max: 1 });
  const { rows } = await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1',
    [applicationName],
  );
  await admin.end();
  return rows.length;
}

it('a listener comes back, and says that it may have missed something', async () => {
  const heard: string[] = [];
  let connected = 0;
  const listener = listen(database().appUrl, 'news', (payload) => heard.push(payload), {
    onConnected: () => void connected++,
  });
  await listener.ready;
  await notify(database().pool, 'news', 'before');
  await until('heard before', () => heard.includes('before'));
  expect(await cut('annals listening')).toBe(1);
  await until('connected again', () => connected === 2);
  await notify(database().pool, 'news', 'after');
  await until('heard after', () => heard.includes('after'));
  await listener.stop();
  expect(heard).toEqual(['before', 'after']);
});

it('a leader whose connection is cut stops leading before another, or itself, leads again', async () => {
  const reigns: string[] = [];
  let leading = 0;
  const candidate = (who: string) =>
    standForLeader({
      url: database().appUrl,
      name: 'crown',
      lead: async (lost) => {
        leading += 1;
        reigns.push(who);
        await new Promise<void>((resolve) => lost.addEventListener('abort', () => resolve(), { once: true }));
        leading -= 1;
      },
    });
  const candidates = [candidate('one'), candidate('two')];
  await until('somebody leads', () => leading === 1);
  expect(await cut('annals leading')).toBe(1);
  await until('somebody leads again', () => reigns.length >= 2 && leading === 1);
  await Promise.all(candidates.map((one) => one.stop()));
  expect(leading).toBe(0);
});

it('a pool replaces connections that were cut, idle or in use', async () => {
  const lost: Error[] = [];
  const pool = createPool({
    url: database().appUrl,
    applicationName: 'cut me',
    max: 2,
    onIdleError: (error) => lost.push(error),
  });
  const busy = pool.query('select pg_sleep(60)', []).catch((error: unknown) => error);
  await pool.query('select 1', []);
  await until('one works, one is idle', async () => {
    const working = `select from pg_stat_activity where application_name = 'cut me' and state = 'active'`;
    const { rowCount } = await database().pool.query(working, []);
    return rowCount === 1 && pool.stats().total === 2 && pool.stats().idle === 1;
  });
  expect(await cut('cut me')).toBe(2);
  expect(isTransient(await busy)).toBe(true);
  await until('the idle one is gone', () => lost.length === 1 && pool.stats().total === 0);
  expect((await pool.query('select 1 as one', [])).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
