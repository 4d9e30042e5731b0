import { type ReadStreamOptions, type StoredEvent, uuidv7 } from '@annals/event-store';
import { storedEvents } from '@annals/testing';
import { yesterdaysBatches } from './yesterdays-batches.js';

const owner = { account_id: uuidv7(), user_id: uuidv7() };
const [batch, another] = [uuidv7(), uuidv7()];

/** A day's stream that counts how often it is read; what it holds may change. */
function dayBefore(ids: string[]) {
  const asked: [string, boolean | undefined][] = [];
  const store = {
    async *readStream(stream: string, { open }: ReadStreamOptions = {}): AsyncIterable<StoredEvent> {
      asked.push([stream, open]);
      const sketches = ids.map((batch_id) => ({ type: 'ActivityTracked', stream, data: { ...owner, batch_id } }));
      yield* storedEvents(sketches);
    },
  };
  return { store, asked, ids };
}

describe('batches of the day before', () => {
  it('are found in its stream, which is read once when the day is over, and never opened', async () => {
    const { store, asked } = dayBefore([batch]);
    const wasYesterday = yesterdaysBatches(store);
    const now = '2026-03-02T09:00:00.000Z';
    expect(await wasYesterday(owner, batch, now)).toBe(true);
    expect(await wasYesterday(owner, another, now)).toBe(false);
    expect(asked).toEqual([[`tracked-${owner.account_id}_${owner.user_id}_20260301`, false]]);
  });

  it('are read again shortly after midnight, when one may still come in', async () => {
    const { store, ids, asked } = dayBefore([batch]);
    const wasYesterday = yesterdaysBatches(store);
    expect(await wasYesterday(owner, another, '2026-03-02T00:00:01.000Z')).toBe(false);
    ids.push(another);
    expect(await wasYesterday(owner, another, '2026-03-02T00:09:59.999Z')).toBe(true);
    expect(await wasYesterday(owner, another, '2026-03-02T00:10:00.000Z')).toBe(true);
    expect(await wasYesterday(owner, batch, '2026-03-02T23:59:59.999Z')).toBe(true);
    expect(asked).toHaveLength(3);
  });

  it('of one day are not those of the next, and of one person not another’s', async () => {
    const { store, asked } = dayBefore([]);
    const wasYesterday = yesterdaysBatches(store);
    await wasYesterday(owner, batch, '2026-03-02T12:00:00.000Z');
    await wasYesterday(owner, batch, '2026-03-03T12:00:00.000Z');
    await wasYesterday({ ...owner, account_id: uuidv7() }, batch, '2026-03-03T12:00:00.000Z');
    expect(new Set(asked.map(([stream]) => stream)).size).toBe(3);
  });
});
