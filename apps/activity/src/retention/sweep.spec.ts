import { type AuditEntry, type CurrentUserContext } from '@annals/contracts';
import { type EventStore, holderOf } from '@annals/event-store';
import { signedIn } from '@annals/testing';
import { preview } from './preview.js';
import { inForce, ofEachClass } from './terms.js';
import { everything, later, retentionUnderTest } from '../testing/retention-under-test.js';

const under = retentionUnderTest();
const shortTerms = { activity: 7, analytics: 7 };

/** Everything the event store holds of an account's facts, opened where it can be. */
async function storedFacts({ account_id }: CurrentUserContext): Promise<string> {
  const found: unknown[] = [];
  for await (const { stream, data } of under().stores.store.readAll()) {
    if (stream.startsWith(`tracked-${account_id}`)) found.push(data);
  }
  return JSON.stringify(found);
}

describe('a sweep', () => {
  it('leaves nothing of facts that are past their time: in tables, in the event store, in the hands of a key', async () => {
    const { tracked, choose, sweepAt, wordsOf, hasKey, stores } = under();
    const who = await tracked(['kanarienvogel-one', 'kanarienvogel-two']);
    await choose(who, shortTerms);
    await sweepAt(later(6));
    expect(await wordsOf(who)).toEqual(['kanarienvogel-one', 'kanarienvogel-two']);
    expect(await everything(stores.database.superuserUrl)).toContain('kanarienvogel-one');
    expect(await storedFacts(who)).toContain('kanarienvogel-one');
    expect(await hasKey(holderOf(who.user_id!, who.account_id), 'analytics')).toBe(true);

    await sweepAt(later(100));
    await stores.scavenge();
    expect(await wordsOf(who)).toEqual([]);
    expect(await everything(stores.database.superuserUrl)).not.toContain('kanarienvogel');
    expect(await storedFacts(who)).toBe('[]');
    expect(await hasKey(holderOf(who.user_id!, who.account_id), 'analytics')).toBe(false);
  });

  it('tells the account in its audit log what went, as a dry run had told before', async () => {
    const { tracked, choose, sweepAt, told, ground, keysAt, get } = under();
    const who = await tracked(['a', 'b', 'c']);
    await choose(who, shortTerms);
    const now = later(100);
    const days = inForce(ground().terms, { ...ofEachClass(() => null), ...shortTerms });
    const supposed = { accountId: who.account_id!, days };
    const { due } = await preview({ ...ground(), keys: keysAt(now) }, supposed, now);
    // The facts and the choice itself are lines of the log.
    expect(due.activity).toMatchObject({ rows: 4, facts: 3, streams: 1, keys: 0, oldest_kept: null });
    expect(due.analytics).toMatchObject({ rows: 0, keys: 1 });
    expect([due.security, due.audit]).toMatchObject([{ keys: 0 }, { rows: 0 }]);

    await sweepAt(now);
    const { until } = due.activity;
    const of = { account_id: who.account_id, until };
    expect(await told(who, 'activity')).toEqual([{ ...of, class: 'activity', rows: 4, streams: 1, keys: 0 }]);
    expect(await told(who, 'analytics')).toMatchObject([{ class: 'analytics', rows: 0, streams: 0, keys: 1 }]);
    expect(await told(who, 'security')).toEqual([]);
    const log = await get('/audit-logs?event_type=RetentionApplied', who);
    const entries = (log.json as unknown as { data: AuditEntry[] }).data;
    expect(entries.map(({ actor }) => actor.principal)).toEqual(['svc:retention', 'svc:retention']);
    expect(entries.at(-1)).toMatchObject({ entity: 'Retention', action: 'DELETE', changes: { rows: { new: 4 } } });
  });

  it('removes nothing of another account with the same ids, and says nothing where nothing went', async () => {
    const { tracked, choose, sweepAt, wordsOf, told } = under();
    const acme = await tracked(['acme']);
    const globex = await tracked(['globex'], signedIn('ADMIN', { user_id: acme.user_id }));
    await choose(acme, shortTerms);
    await sweepAt(later(50));
    expect([await wordsOf(acme), await wordsOf(globex)]).toEqual([[], ['globex']]);
    expect(await storedFacts(globex)).toContain('globex');
    expect([(await told(acme, 'activity')).length, await told(globex, 'activity')]).toEqual([1, []]);
  });

  it('that breaks off in one account goes on in others, and the next one where it had come to', async () => {
    const { tracked, choose, sweepAt, wordsOf, told, ground, stores } = under();
    const who = await tracked(['one']);
    await tracked(['two'], signedIn('ADMIN', { account_id: who.account_id }));
    const other = await tracked(['three']);
    for (const one of [who, other]) await choose(one, shortTerms);
    let removed = 0;
    const breaking: EventStore = {
      ...ground().store,
      async removeStream(stream) {
        if (!stream.includes(who.account_id!)) return ground().store.removeStream(stream);
        removed += 1;
        if (removed === 2) throw new Error('The event store went away');
        await ground().store.removeStream(stream);
      },
    };
    await expect(sweepAt(later(50), { store: breaking })).rejects.toThrow('went away');
    expect([await wordsOf(who), await wordsOf(other)]).toEqual([['one', 'two'], []]);
    await sweepAt(later(50));
    await stores.scavenge();
    expect(await wordsOf(who)).toEqual([]);
    expect(await storedFacts(who)).toBe('[]');
    await sweepAt(later(50));
    expect(await told(who, 'activity')).toHaveLength(1);
  });

  it('ends at once when another process takes over', async () => {
    const { tracked, choose, sweepAt, wordsOf } = under();
    const who = await tracked(['kept']);
    await choose(who, shortTerms);
    const lost = AbortSignal.abort(new Error('Another process leads'));
    await expect(sweepAt(later(50), {}, { lost })).rejects.toThrow('Another process leads');
    expect(await wordsOf(who)).toEqual(['kept']);
  });
});
