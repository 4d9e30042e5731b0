import { createPool, withTransaction } from '@annals/postgres';
import { activityTable } from '../activity/stored-entry.js';
import { monthsBefore } from '../log/drop-months.js';
import { later, retentionUnderTest } from '../testing/retention-under-test.js';

const under = retentionUnderTest();
const months = async () => (await monthsBefore(under().stores.database.pool, activityTable, later(5_000))).length;

describe('whole months', () => {
  it('go at once when no account needs them, and are deleted from row by row while one does', async () => {
    const { tracked, choose, sweepAt, wordsOf, told } = under();
    const [usual, long] = [await tracked(['usual']), await tracked(['long', 'longer'])];
    await choose(long, { activity: 1_000 });
    const before = await months();
    expect(await sweepAt(later(400))).toEqual([]);
    expect([await wordsOf(usual), await wordsOf(long)]).toEqual([[], ['long', 'longer']]);
    expect(await months()).toBe(before);

    expect(await sweepAt(later(1_100))).toEqual([]);
    expect(await wordsOf(long)).toEqual([]);
    expect(await months()).toBeLessThan(before);
    // Two facts and the choice.
    expect(await told(long, 'activity')).toMatchObject([{ rows: 3, streams: 1 }]);
    expect(await told(usual, 'activity')).toMatchObject([{ rows: 1, streams: 1 }]);
  });

  it('are tried again another day when somebody reads them for long; their rows go all the same', async () => {
    const { stores, tracked, sweepAt, wordsOf } = under();
    const { appUrl, ownerUrl } = stores.database;
    const owner = createPool({ url: ownerUrl, applicationName: 'months', max: 1 });
    await owner.query(`create table ${activityTable}_y2001m01
      partition of ${activityTable} for values from ('2001-01-01') to ('2001-02-01')`);
    await owner.end();
    const who = await tracked(['read']);
    const reader = createPool({ url: appUrl, applicationName: 'reader', max: 1 });
    const failures = await withTransaction(reader, async (tx) => {
      await tx.query(`select from ${activityTable}`, []);
      return sweepAt(later(800));
    });
    await reader.end();
    expect(failures).toEqual([expect.objectContaining({ message: expect.stringContaining('lock timeout') as string })]);
    expect(await wordsOf(who)).toEqual([]);
    expect(await sweepAt(later(800))).toEqual([]);
    expect(await months()).toBe(0);
  });
});
