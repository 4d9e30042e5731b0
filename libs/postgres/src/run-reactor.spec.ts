import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { event } from '@annals/contracts';
import type { Aggregate } from '@annals/event-store';
import { anonymous, testStores, until } from '@annals/testing';
import {
  parkedEvents,
  retryAllParked,
  retryParked,
  runReactor,
  type ReactorRunner,
  type RetryPolicy,
} from './index.js';

const events = [
  event('LetterWritten', {
    category: 'letter',
    data: z.object({ text: z.string() }),
    audit: { entity: 'letter', action: 'INSERT', keys: [] },
  }),
];
const letter: Aggregate<number> = { category: 'letter', initial: 0, evolve: (count) => count + 1 };
const stores = testStores({ service: 'export', events });

const running: ReactorRunner[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop()));
});

/** A post office that a test can close for some letters. */
function post(name: string, retry: Partial<RetryPolicy> = {}) {
  const sent: string[] = [];
  const refused = new Set<string>();
  const alarms: string[] = [];
  const { database, store } = stores();
  const start = () => {
    const runner = runReactor({
      reactor: {
        name,
        categories: ['letter'],
        on: {
          LetterWritten: async ({ data }) => {
            const text = data.text as string;
            if (refused.has(text)) throw new Error(`no stamp on ${text}`);
            sent.push(text);
          },
        },
      },
      pool: database.pool,
      store,
      retry: { firstDelayMs: 1, firstParkedDelayMs: 3_600_000, ...retry },
      onParked: (parked, error) => alarms.push(`${parked.type}: ${error.message}`),
    });
    running.push(runner);
    return runner;
  };
  return { sent, refused, alarms, start, pool: database.pool };
}

async function write(id: string, ...texts: string[]): Promise<void> {
  await stores().store.execute(letter, id, {
    id: randomUUID(),
    context: anonymous(),
    accountId: null,
    now: '2026-01-01T00:00:00.000Z',
    decide: () => texts.map((text) => ({ type: 'LetterWritten', data: { text } })),
  });
}

describe('a reactor', () => {
  it('acts once on each event, also after a restart', async () => {
    const office = post('once');
    await write(randomUUID(), 'a', 'b');
    const first = office.start();
    await first.caughtUp();
    await first.stop();
    await write(randomUUID(), 'c');
    await office.start().caughtUp();
    expect(office.sent).toEqual(['a', 'b', 'c']);
  });

  it('acts in one process at a time', async () => {
    const office = post('alone');
    const runners = [office.start(), office.start()];
    await write(randomUUID(), 'alone-1', 'alone-2');
    await Promise.all(runners.map((runner) => runner.caughtUp()));
    await until('sent', () => office.sent.includes('alone-2'));
    expect(office.sent.filter((text) => text.startsWith('alone'))).toEqual(['alone-1', 'alone-2']);
    expect(runners.map((runner) => runner.status().role).sort()).toEqual(['follower', 'leader']);
  });
});

describe('an event that a reactor cannot act on', () => {
  it('is tried some times, then parked with the rest of its stream, while other streams go on', async () => {
    const office = post('parking');
    office.refused.add('p-2');
    const [blocked, free] = [randomUUID(), randomUUID()];
    const runner = office.start();
    await runner.caughtUp();
    await write(blocked, 'p-1', 'p-2', 'p-3');
    await write(free, 'f-1');
    await write(blocked, 'p-4');
    await until('everything is sent or parked', async () => (await parkedEvents(office.pool, 'parking')).length === 3);
    await runner.caughtUp();
    expect(office.sent.filter((text) => /^[pf]-/.test(text))).toEqual(['p-1', 'f-1']);
    const parked = await parkedEvents(office.pool, 'parking');
    expect(parked.map(({ revision, error, attempts }) => [revision, error, attempts])).toEqual([
      ['1', 'no stamp on p-2', 3],
      ['2', null, 0],
      ['3', null, 0],
    ]);
    expect(office.alarms).toEqual(['LetterWritten: no stamp on p-2']);
    expect(runner.status().parked_streams).toBe(1);
  });

  it('goes out in order, before anything newer, once it is retried', async () => {
    const office = post('retry');
    office.refused.add('r-1');
    const stream = randomUUID();
    const runner = office.start();
    await write(stream, 'r-1', 'r-2');
    await until('parked', async () => (await parkedEvents(office.pool, 'retry')).length === 2);
    await runner.stop();

    // Another process leads now, and must know what the first one parked.
    const next = office.start();
    await write(stream, 'r-3');
    await until('parked behind', async () => (await parkedEvents(office.pool, 'retry')).length === 3);
    office.refused.delete('r-1');
    const [, second] = await parkedEvents(office.pool, 'retry');
    expect(await retryParked(office.pool, second!.id)).toBe(true);
    await until('all are out', () => office.sent.includes('r-3'));
    await until('nothing is parked', () => next.status().parked_streams === 0);
    await write(stream, 'r-4');
    await until('the stream flows again', () => office.sent.includes('r-4'));
    expect(office.sent.filter((text) => text.startsWith('r-'))).toEqual(['r-1', 'r-2', 'r-3', 'r-4']);
    expect(await retryParked(office.pool, second!.id)).toBe(false);
  });

  it('is tried again by itself, and waits for somebody after enough tries', async () => {
    const office = post('patience', { firstParkedDelayMs: 1, triesWhenParked: 3 });
    office.refused.add('w-1');
    const runner = office.start();
    await runner.caughtUp();
    await write(randomUUID(), 'w-1');
    await until('tried often enough', async () => {
      const [parked] = await parkedEvents(office.pool, 'patience');
      return parked?.attempts === 6 && parked.retry_at === null;
    });
    office.refused.delete('w-1');
    expect(await retryAllParked(office.pool, 'patience')).toBe(true);
    await until('it is out', () => office.sent.includes('w-1'));
  });
});
