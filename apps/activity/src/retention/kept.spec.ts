import { withTenant } from '@annals/postgres';
import { signedIn } from '@annals/testing';
import { parts } from '../parts.js';
import { activityUnderTest } from '../testing/activity-service.js';
import { countDue, deleteSome } from './kept.js';
import { later } from '../testing/retention-under-test.js';

const under = activityUnderTest();

describe('tables whose rows have a term', () => {
  it('are counted and deleted from by their own columns, of every part there is', async () => {
    const { pool } = under().stores.database;
    const kept = parts.flatMap((part) => part.kept ?? []);
    const accountId = signedIn().account_id!;
    for (const one of kept) {
      await withTenant(pool, { accountId }, async (tx) => {
        const due = await countDue(tx, one, accountId, later(0));
        expect([one.table, due]).toEqual([one.table, { rows: 0, facts: 0, oldest_kept: null }]);
        expect(await deleteSome(tx, one, accountId, later(0))).toBe(0);
      });
    }
    expect(new Set(kept.map(({ class: of }) => of))).toEqual(new Set(['activity', 'analytics']));
  });
});
