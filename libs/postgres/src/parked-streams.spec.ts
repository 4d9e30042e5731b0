import { randomUUID } from 'node:crypto';
import { storedEvents, testDatabase } from '@annals/testing';
import type { ParkedPage } from './parked-box.js';
import { parkedEvents, parkEvent } from './parked-events.js';
import { parkedStreamsBox } from './parked-streams.js';

const office = testDatabase({ service: 'office' });
const page: ParkedPage = { prefix: 'office-', order: 'asc', limit: 10 };
const [acme, globex] = [randomUUID(), randomUUID()];

async function park(reactor: string, stream: string, account_id: string, count = 1): Promise<void> {
  const events = storedEvents(Array.from({ length: count }, () => ({ type: 'Asked', stream, account_id, data: {} })));
  for (const [index, event] of events.entries()) {
    const failure = index === 0 ? { error: 'the mail server is away', attempts: 3, retryAt: new Date(4e12) } : null;
    await parkEvent(office().pool, reactor, event, failure);
  }
}

beforeEach(() => office().pool.query('delete from parked_events'));

describe('streams that a reactor holds up', () => {
  it('are shown once each, by their first event, with how many wait behind it', async () => {
    await park('send-mail', 'user-1', acme, 3);
    await park('send-mail', 'user-2', globex);
    const box = parkedStreamsBox(office().pool);
    const rows = await box.page(page);
    expect(rows).toMatchObject([
      { source: 'send-mail', origin: 'user-1', account: acme, error: 'the mail server is away', waiting: 2 },
      { source: 'send-mail', origin: 'user-2', account: globex, attempts: 3, waiting: 0, cause_type: 'Asked' },
    ]);
    expect(rows[0]).toMatchObject({ retry_at: new Date(4e12), retryable: true, headers: {} });
    expect(await box.page({ ...page, account: globex })).toEqual([rows[1]]);
    expect(await box.counts()).toEqual(new Map([['send-mail', 2]]));
  });

  it('come page by page in either direction, none twice and none left out, though many share a moment', async () => {
    for (let n = 0; n < 12; n++) await park(`reactor-${n % 2}`, `user-${n}`, acme);
    await office().pool.query('update parked_events set parked_at = now() where id % 3 > 0');
    const box = parkedStreamsBox(office().pool);
    for (const order of ['asc', 'desc'] as const) {
      const seen: string[] = [];
      for (let after: ParkedPage['after']; ;) {
        const rows = await box.page({ ...page, order, limit: 5, after });
        if (rows.length === 0) break;
        seen.push(...rows.map(({ id }) => id));
        after = rows.at(-1)!;
      }
      expect(new Set(seen).size).toBe(12);
      expect(seen).toEqual((await box.page({ ...page, order, limit: 100 })).map(({ id }) => id));
    }
  });

  it('are tried again from their first event on when that is asked for; what is done is unknown', async () => {
    await park('send-mail', 'user-1', acme, 2);
    const box = parkedStreamsBox(office().pool);
    const [first] = await parkedEvents(office().pool);
    expect(await box.retry(first!.id)).toBe(true);
    const [asked] = await box.page(page);
    expect(asked!.retry_at!.getTime()).toBeLessThanOrEqual(Date.now());
    expect(await box.find(page.prefix, first!.id)).toEqual(asked);
    expect(await box.retry('999999')).toBe(false);
    expect(await box.find(page.prefix, '999999')).toBeUndefined();
  });
});
