import { withTenant } from '@annals/postgres';
import { signedIn } from '@annals/testing';
import { pseudonymsWith } from '../analytics/member.js';
import { parts } from '../parts.js';
import { activityUnderTest } from '../testing/activity-service.js';
import { countDue, deleteSome, monthsOf } from './kept.js';
import { later } from '../testing/retention-under-test.js';

const under = activityUnderTest();

describe('tables whose rows have a term', () => {
  const kept = parts.flatMap((part) => part.kept ?? []);

  it.each([
    ['everybody', [] as string[]],
    ['everybody but who is held', [signedIn().user_id!, signedIn().user_id!]],
  ])('are counted and deleted from by their own columns, of every part there is: for %s', async (_whom, held) => {
    const { pool } = under().stores.database;
    const accountId = signedIn().account_id!;
    const pseudonym = pseudonymsWith(under().config.ANALYTICS_SECRET);
    const due = { accountId, until: later(0), held, pseudonym };
    for (const one of kept) {
      await withTenant(pool, { accountId }, async (tx) => {
        const found = await countDue(tx, one, due);
        expect([one.table, found]).toEqual([one.table, { rows: 0, facts: 0, oldest_kept: null }]);
        expect(await deleteSome(tx, one, due)).toBe(0);
        expect(await monthsOf(tx, one, due)).toEqual([]);
      });
    }
    expect(new Set(kept.map(({ class: of }) => of))).toEqual(new Set(['activity', 'analytics']));
  });
});
