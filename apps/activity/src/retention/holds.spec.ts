import { type CurrentUserContext, type DomainEvent } from '@annals/contracts';
import { accountStream, holderOf } from '@annals/event-store';
import { migrate, projectionSchema, runProjection } from '@annals/postgres';
import { rowsOf, signedIn } from '@annals/testing';
import { activityLog } from '../activity/projection.js';
import { activityTable } from '../activity/stored-entry.js';
import { auditTable } from '../audit/audit-table.js';
import { later, retentionUnderTest } from '../testing/retention-under-test.js';
import { preview } from './preview.js';
import { inForce, ofEachClass } from './terms.js';

const under = retentionUnderTest();
const shortTerms = { activity: 7, analytics: 7 };
const at = '2026-03-01T12:00:00.000Z';

async function write(who: CurrentUserContext, type: string, data: object): Promise<void> {
  const { account_id, user_id } = who;
  const event = { type, data: { account_id, user_id, ...data } } as DomainEvent;
  await under().happened(who, 'hold', accountStream(account_id!, user_id!), [event]);
  await under().caughtUp();
}
const hold = (who: CurrentUserContext, until: string | null = null) =>
  write(who, 'LegalHoldPlaced', { reason: 'Proceedings', placed_by_id: who.user_id, until, placed_at: at });
const release = (who: CurrentUserContext) =>
  write(who, 'LegalHoldReleased', { released_by_id: who.user_id, released_at: at });

/** Two people of one account, of whom the first is held, on short terms. */
async function heldAndOther() {
  const held = await under().tracked(['held']);
  const other = await under().tracked(['other'], signedIn('ADMIN', { account_id: held.account_id }));
  await under().choose(held, shortTerms);
  return { held, other };
}

/** Streams of somebody's facts that are left in the event store. */
const streamsOf = async ({ account_id, user_id }: CurrentUserContext) => {
  await under().stores.scavenge();
  const found = [];
  for await (const { stream } of under().stores.store.readAll({ open: false })) {
    if (stream.startsWith(`tracked-${account_id}_${user_id}`)) found.push(stream);
  }
  return found.length;
};
const hasKey = ({ user_id, account_id }: CurrentUserContext) =>
  under().hasKey(holderOf(user_id!, account_id), 'analytics');
const linesOf = async (who: CurrentUserContext, table = activityTable) => {
  const text = `select user_id, data->>'word' as word from ${table} where source = 'client' order by word`;
  return rowsOf<{ user_id: string; word: string }>(under().stores.database.pool, who.account_id!, text);
};
/** Number of the entry with which the account's audit log begins. */
const beginningOf = async (who: CurrentUserContext) => {
  const text = `select min(seq) as seq from ${auditTable}`;
  return Number((await rowsOf<{ seq: string }>(under().stores.database.pool, who.account_id!, text))[0]?.seq);
};

describe('somebody under a legal hold', () => {
  it('loses no row, no fact and no key by a sweep, while others do; released, they do as well', async () => {
    const { held, other } = await heldAndOther();
    await hold(held);
    await under().sweepAt(later(100));
    expect([await under().wordsOf(held), await streamsOf(held), await hasKey(held)]).toEqual([['held'], 1, true]);
    expect([await streamsOf(other), await hasKey(other)]).toEqual([0, false]);
    expect(await under().told(held, 'activity')).toMatchObject([{ streams: 1, spared: [held.user_id] }]);

    await release(held);
    await under().sweepAt(later(100));
    expect([await under().wordsOf(held), await streamsOf(held), await hasKey(held)]).toEqual([[], 0, false]);
    expect((await under().told(held, 'activity')).at(-1)).not.toHaveProperty('spared');
  });

  it('is held until the moment that the hold names, and no longer', async () => {
    const { held } = await heldAndOther();
    await hold(held, later(60).toISOString());
    await under().sweepAt(later(59));
    expect(await under().wordsOf(held)).toEqual(['held']);
    await under().sweepAt(later(61));
    expect(await under().wordsOf(held)).toEqual([]);
  });

  it('is left out of a dry run', async () => {
    const { held } = await heldAndOther();
    const { ground, keysAt } = under();
    const now = later(100);
    const days = inForce(ground().terms, { ...ofEachClass(() => null), ...shortTerms });
    const dry = async () =>
      (await preview({ ...ground(), keys: keysAt(now) }, { accountId: held.account_id!, days }, now)).due;
    const before = await dry();
    await hold(held);
    const during = await dry();
    expect([before.activity, during.activity]).toMatchObject([
      { facts: 2, streams: 2 },
      { facts: 1, streams: 1 },
    ]);
    expect([before.analytics.keys, during.analytics.keys]).toEqual([2, 1]);
  });

  it('keeps the months in which something of theirs lies from going whole; the rows of others in them go', async () => {
    const { held, other } = await heldAndOther();
    await hold(held);
    expect(await under().sweepAt(later(800))).toEqual([]);
    expect(await linesOf(held)).toEqual([{ user_id: held.user_id, word: 'held' }]);
    expect(await streamsOf(other)).toBe(0);
    await release(held);
    await under().sweepAt(later(800));
    expect(await linesOf(held)).toEqual([]);
  });

  it('keeps the audit log of their account from being shortened, until nobody of it is held', async () => {
    const { held } = await heldAndOther();
    await under().choose(held, { audit: 400 });
    await hold(held);
    await under().sweepAt(later(1_000));
    expect(await beginningOf(held)).toBe(0);
    await release(held);
    await under().sweepAt(later(1_000));
    expect(await beginningOf(held)).toBeGreaterThan(4);
  });

  it('is held by one account, and not by another with the same ids', async () => {
    const { held } = await heldAndOther();
    const elsewhere = await under().tracked(['elsewhere'], signedIn('ADMIN', { user_id: held.user_id }));
    await under().choose(elsewhere, shortTerms);
    await hold(held);
    await under().sweepAt(later(100));
    expect([await under().wordsOf(held), await under().wordsOf(elsewhere)]).toEqual([['held'], []]);
    expect([await hasKey(held), await hasKey(elsewhere)]).toEqual([true, false]);
  });

  it('keeps what is held of them for no account, while any account holds them', async () => {
    const { held } = await heldAndOther();
    await under().keysAt(later(0)).current(held.user_id!, 'security');
    await hold(held);
    await under().sweepAt(later(800));
    expect(await under().hasKey(held.user_id!, 'security')).toBe(true);
    await release(held);
    await under().sweepAt(later(800));
    expect(await under().hasKey(held.user_id!, 'security')).toBe(false);
  });

  it('is there again in a log that is built anew, and whoever was not held is not', async () => {
    const { held } = await heldAndOther();
    await hold(held);
    await under().sweepAt(later(100));
    const live = await linesOf(held);
    const { database, store } = under().stores;
    const next = { ...activityLog, version: 95 };
    const plan = { service: 'activity', migrations: [], projections: [next], appRole: 'activity_app' };
    await migrate(database.ownerUrl, plan);
    const runner = runProjection({ projection: next, pool: database.pool, store });
    await runner.caughtUp();
    await runner.stop();
    expect(await linesOf(held, `${projectionSchema(next)}.activity_entries`)).toEqual(live);
  });
});
