import { type AuditEntry } from '@annals/contracts';
import { holderOf } from '@annals/event-store';
import { signedIn, until } from '@annals/testing';
import { isDeepStrictEqual } from 'node:util';
import { noAccount } from '../log/by-account.js';
import { later, retentionUnderTest } from '../testing/retention-under-test.js';

const under = retentionUnderTest();
/** From now to the end of the month that keys of today are for, at most. */
const restOfMonth = 31;

describe('keys of people', () => {
  it('go by the term of the account they are for, whatever another account of the same person keeps', async () => {
    const { tracked, choose, sweepAt, hasKey, told } = under();
    const acme = await tracked(['acme']);
    const globex = await tracked(['globex'], signedIn('ADMIN', { user_id: acme.user_id }));
    await choose(acme, { activity: 7, analytics: 7 });
    await choose(globex, { activity: 90, analytics: 30 });
    await sweepAt(later(restOfMonth + 40));
    expect(await hasKey(holderOf(acme.user_id!, acme.account_id), 'analytics')).toBe(false);
    expect(await hasKey(holderOf(globex.user_id!, globex.account_id), 'analytics')).toBe(true);
    await sweepAt(later(restOfMonth + 91));
    expect(await hasKey(holderOf(globex.user_id!, globex.account_id), 'analytics')).toBe(false);
    for (const who of [acme, globex]) expect(await told(who, 'analytics')).toMatchObject([{ rows: 0, keys: 1 }]);
  });

  it('stay while facts do, however short analytics are kept', async () => {
    const { tracked, choose, sweepAt, hasKey } = under();
    const who = await tracked(['fact']);
    await choose(who, { analytics: 1 });
    await sweepAt(later(restOfMonth + 100));
    expect(await hasKey(holderOf(who.user_id!, who.account_id), 'analytics')).toBe(true);
  });

  it('of addresses go by their own term, and the audit log says that they are gone', async () => {
    const { happened, caughtUp, sweepAt, hasKey, get } = under();
    const who = signedIn('ADMIN');
    const data = { account_id: who.account_id, days: { security: 30 }, updated_at: '2026-03-01T12:00:00.000Z' };
    await happened(who, 'retention', who.account_id!, [{ type: 'RetentionChanged', data }]);
    await caughtUp();
    const addresses = async () => {
      const { json } = await get('/audit-logs?event_type=RetentionChanged', who);
      return (json as unknown as { data: AuditEntry[] }).data.map(({ ip_address }) => ip_address);
    };
    expect(await addresses()).toEqual(['203.0.113.7']);
    await sweepAt(later(restOfMonth + 31));
    expect(await hasKey(holderOf(who.user_id!, who.account_id), 'security')).toBe(false);
    const gone = [{ erased: true }];
    await until('no cache has the key any more', async () => isDeepStrictEqual(await addresses(), gone));
  });

  it('of people whom no account knows are kept as the house keeps, and told to its own log', async () => {
    const { sweepAt, hasKey, keysAt, stores } = under();
    const stranger = signedIn().user_id!;
    await keysAt(later(0)).current(stranger, 'security');
    await sweepAt(later(300));
    expect(await hasKey(stranger, 'security')).toBe(true);
    await sweepAt(later(365 + restOfMonth));
    expect(await hasKey(stranger, 'security')).toBe(false);
    const told = [];
    for await (const { data } of stores.store.readStream(`sweep-${noAccount}_security`)) told.push(data.keys);
    expect(told).toEqual([1]);
  });

  it('are not touched while their period lasts', async () => {
    const { tracked, choose, sweepAt, hasKey } = under();
    const who = await tracked(['today']);
    await choose(who, { activity: 1, analytics: 1 });
    await sweepAt(later(0));
    expect(await hasKey(holderOf(who.user_id!, who.account_id), 'analytics')).toBe(true);
  });
});
