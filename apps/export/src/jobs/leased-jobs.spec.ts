import { randomUUID } from 'node:crypto';
import { consumerMigrations, type VerifiedMessage } from '@annals/messaging';
import { withTransaction } from '@annals/postgres';
import { createLogger } from '@annals/service';
import { requestContext, signedIn, testDatabase, until } from '@annals/testing';
import { importMigrations } from '../import/tables.js';
import { enqueueImport, importChannel } from '../import/work/enqueue-import.js';
import { startLeasedJobs, type LeasedJob, type LeasedJobsOptions } from './leased-jobs.js';

const database = testDatabase({ service: 'export', migrations: [...consumerMigrations, ...importMigrations] });
const logger = createLogger({ service: 'export', level: 'silent' });
const who = signedIn();
const job = () => ({ account_id: who.account_id!, import_id: randomUUID(), user_id: who.user_id! });
const take = (data: unknown, type = 'import.requested.v1', context = who) =>
  withTransaction(database().pool, (tx) => enqueueImport({ type, data } as VerifiedMessage, context, tx));
const rows = async () => (await database().pool.query<{ import_id: string }>('select * from import_job')).rows;

afterEach(async () => {
  await database().pool.query('delete from import_job');
});

describe('a job off the bus', () => {
  it('becomes one row, however often it is delivered', async () => {
    const wanted = job();
    await take(wanted);
    await take(wanted);
    expect((await rows()).map((row) => row.import_id)).toEqual([wanted.import_id]);
  });

  it.each([
    ['another account', { account_id: randomUUID() }],
    ['another person', { user_id: randomUUID() }],
  ])('is refused when it is for %s than its context says', async (_case, other) => {
    await expect(take({ ...job(), ...other })).rejects.toMatchObject({ code: 'job-mismatch' });
    expect(await rows()).toEqual([]);
  });

  it('is refused when it is no job, and of another type is none of ours', async () => {
    await expect(take({ import_id: 'x' })).rejects.toThrow();
    await take(job(), 'export.requested.v1');
    expect(await rows()).toEqual([]);
  });
});

describe('a worker', () => {
  const start = (over: Partial<LeasedJobsOptions>) =>
    startLeasedJobs({
      ...{ pool: database().pool, logger, table: 'import_job', key: 'import_id', channel: importChannel },
      ...{ run: () => Promise.resolve(), giveUp: () => Promise.resolve(), sweep: () => Promise.resolve() },
      ...over,
    });
  const put = async (): Promise<string> => {
    const wanted = job();
    await take(wanted, undefined, { ...who, ...requestContext() });
    return wanted.import_id;
  };

  it('does a job once, and it is gone', async () => {
    const done: string[] = [];
    const worker = start({ run: async ({ id }) => void done.push(id) });
    const id = await put();
    await until('the job is gone', async () => (await rows()).length === 0);
    await worker.stop();
    expect(done).toEqual([id]);
  });

  it('tries again what failed, and gives up after the last try', async () => {
    const tries: number[] = [];
    const given: LeasedJob[] = [];
    const id = await put();
    const worker = start({
      maxAttempts: 2,
      run: async ({ attempts }) => {
        tries.push(attempts);
        throw new Error('away');
      },
      giveUp: async (row) => void given.push(row),
    });
    await until('the job is gone', async () => (await rows()).length === 0);
    await worker.stop();
    expect([tries, given.map((row) => row.id)]).toEqual([[1, 2], [id]]);
  });

  it('that goes away gives its job back at once, and it does not count as a try', async () => {
    const id = await put();
    let begun = false;
    const worker = start({
      run: (_, signal) =>
        new Promise((_done, fail) => {
          begun = true;
          signal.addEventListener('abort', () => fail(new Error('aborted')));
        }),
    });
    await until('the job was begun', () => begun);
    await worker.stop();
    const next: LeasedJob[] = [];
    const other = start({ run: async (row) => void next.push(row) });
    await until('the next one has it', () => next.length > 0);
    await other.stop();
    expect(next).toMatchObject([{ id, attempts: 1 }]);
  });

  it('sweeps, and goes on when that fails', async () => {
    const id = await put();
    const done: string[] = [];
    const worker = start({
      sweep: () => Promise.reject(new Error('away')),
      run: async (row) => void done.push(row.id),
    });
    await until('the job is done', () => done.length > 0);
    await worker.stop();
    expect(done).toEqual([id]);
  });
});
