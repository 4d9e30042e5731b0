import { createPool, type Pool } from '@annals/postgres';
import { startTestDatabase, until, type TestDatabase } from '@annals/testing';
import { type Bus } from '../bus.js';
import { connectBus } from '../connect-bus.js';
import { message, numbered } from '../contract/fixture.js';
import { removeExpired } from './retention.js';

describe('retention of the embedded log', () => {
  let database: TestDatabase;
  let bus: Bus;
  let pool: Pool;
  beforeAll(async () => {
    database = await startTestDatabase({ service: 'bus' });
    pool = createPool({ url: database.ownerUrl, applicationName: 'janitor', max: 2 });
    bus = connectBus({ kind: 'postgres', url: database.ownerUrl, clientId: 'retention' });
    await bus.ensureTopics([
      { topic: 'short', partitions: 2, retentionMs: 3_600_000 },
      { topic: 'long', partitions: 1 },
    ]);
  });
  afterAll(async () => {
    await bus.close();
    await pool.end();
    await database.stop();
  });

  it('removes what is older than its topic keeps, from the tail on, and readers begin after it', async () => {
    await bus.publish('short', numbered(6_000));
    await bus.publish('long', numbered(5));
    await pool.query(`update bus_msg set ts = ts - interval '2 hours'`, []);
    const kept = await bus.publish('short', [message('key-0', 'kept')]);
    expect(await removeExpired(pool)).toBe(6_000);
    expect(await removeExpired(pool)).toBe(0);
    const got: string[] = [];
    const sub = await bus.subscribe({
      group: 'late',
      topics: ['long', 'short'],
      from: 'earliest',
      maxBatch: 10,
      onBatch: async (batch) => void got.push(...batch.map((each) => `${each.topic}@${each.offset}`)),
    });
    await until('all that is left', () => got.length === 6);
    expect(got).toContain(`short@${kept[0]!.offset}`);
    await sub.stop();
    expect([...(await bus.lag('late')).values()]).toEqual([0n, 0n, 0n]);
  });
});
