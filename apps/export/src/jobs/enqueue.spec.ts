import { randomUUID } from 'node:crypto';
import { consumerMigrations, type VerifiedMessage } from '@annals/messaging';
import { withTransaction } from '@annals/postgres';
import { signedIn, testDatabase } from '@annals/testing';
import { enqueueExport } from './enqueue.js';
import { jobMigrations } from './job-table.js';

const database = testDatabase({ service: 'export', migrations: [...consumerMigrations, ...jobMigrations] });
const who = signedIn();
const job = () => ({ account_id: who.account_id!, export_id: randomUUID(), user_id: who.user_id! });

const message = (data: unknown, type = 'export.requested.v1') => ({ type, data }) as VerifiedMessage;
const take = (data: unknown, type?: string, context = who) =>
  withTransaction(database().pool, (tx) => enqueueExport(message(data, type), context, tx));
const rows = async () =>
  (await database().pool.query<{ export_id: string; request: Record<string, unknown> }>('select * from export_job'))
    .rows;

describe('a job off the bus', () => {
  afterEach(async () => {
    await database().pool.query('delete from export_job');
  });

  it('becomes one row, however often it is delivered', async () => {
    const wanted = job();
    await take(wanted);
    await take(wanted);
    expect((await rows()).map((row) => row.export_id)).toEqual([wanted.export_id]);
  });

  it('keeps the ids of the request it came from, and neither address nor agent', async () => {
    await take(job());
    const [row] = await rows();
    expect(row!.request).toMatchObject({ request_id: who.request_id, correlation_id: who.correlation_id });
    expect(row!.request).toMatchObject({ ip_address: null, user_agent: null });
  });

  it.each([
    ['another account', { account_id: randomUUID() }],
    ['another person', { user_id: randomUUID() }],
  ])('is refused when it is for %s than its context says', async (_case, other) => {
    await expect(take({ ...job(), ...other })).rejects.toMatchObject({ code: 'job-mismatch' });
    expect(await rows()).toEqual([]);
  });

  it('is refused when it is no job', async () => {
    await expect(take({ export_id: 'x' })).rejects.toThrow();
    await expect(take({ ...job(), destination: 'elsewhere' })).rejects.toThrow('destination');
  });

  it('of another type is none of ours', async () => {
    await take(job(), 'export.cancelled.v1');
    expect(await rows()).toEqual([]);
  });
});
