import type { AllStreamRecordedEvent } from '@eventstore/db-client';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { gather, type Gathered } from './gather.js';
import type { FeedItem, LiveFeed } from './live-feed.js';

const at = (n: number) => ({ commit: BigInt(n), prepare: BigInt(n) });
const event = (n: number): FeedItem => ({
  kind: 'event',
  recorded: { revision: BigInt(n), position: at(n) } as AllStreamRecordedEvent,
});

/** A feed whose items arrive in given bursts, one per turn of the event loop, and which then ends. */
function feedOf(bursts: readonly FeedItem[][]): LiveFeed {
  const readable = new Readable({ objectMode: true, highWaterMark: 1_000, read: () => undefined });
  const arrive = ([burst, ...rest]: readonly FeedItem[][]): void => {
    burst?.forEach((item) => readable.push(item));
    if (rest.length > 0) setImmediate(() => arrive(rest));
    else readable.push(null);
  };
  setImmediate(() => arrive(bursts));
  return {
    items: readable[Symbol.asyncIterator]() as AsyncIterator<FeedItem>,
    takeNow: () => (readable.read() as FeedItem | null) ?? undefined,
    close: async () => void readable.destroy(),
  };
}

const gathered = async (bursts: FeedItem[][], maxEvents: number, busyTurns: readonly number[]): Promise<Gathered[]> => {
  const batches: Gathered[] = [];
  let seen = 0;
  const count = (): void => void (seen += 1);
  for await (const batch of gather(feedOf(bursts), { maxEvents, maxDelayMs: 1, busyDelayMs: 1 }, count)) {
    batches.push(batch);
    const turns = busyTurns[batches.length % Math.max(1, busyTurns.length)] ?? 0;
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(seen).toBe(bursts.flat().length);
  return batches;
};

describe('gather', () => {
  it('takes larger batches until it has caught up', async () => {
    const [many, caughtUp] = [[1, 2, 3, 4, 5, 6, 7].map(event), [{ kind: 'caught-up' }] satisfies FeedItem[]];
    // Long enough for what comes in the next turn, however late that is.
    const limits = { maxEvents: 2, catchUpEvents: 5, maxDelayMs: 10_000, busyDelayMs: 1 };
    const sizes: number[] = [];
    for await (const { recorded } of gather(feedOf([many, caughtUp, many]), limits, () => undefined)) {
      sizes.push(recorded.length);
    }
    expect(sizes).toEqual([5, 2, 2, 2, 2, 1]);
  });

  it('hands over everything once and in order, however it arrives and however slow the handler is', async () => {
    const kinds = fc.array(fc.array(fc.constantFrom('event', 'event', 'checkpoint', 'caught-up'), { maxLength: 12 }), {
      minLength: 1,
      maxLength: 8,
    });
    const busy = fc.array(fc.nat({ max: 3 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(kinds, fc.integer({ min: 1, max: 7 }), busy, async (bursts, maxEvents, busyTurns) => {
        let n = 0;
        const items = bursts.map((burst) =>
          burst.map((kind): FeedItem => {
            n += 1;
            if (kind === 'event') return event(n);
            return kind === 'checkpoint' ? { kind, position: at(n) } : { kind: 'caught-up' };
          }),
        );
        const batches = await gathered(items, maxEvents, busyTurns);
        const events = items.flat().flatMap((item) => (item.kind === 'event' ? [item.recorded.revision] : []));
        expect(batches.flatMap((batch) => batch.recorded.map((recorded) => recorded.revision))).toEqual(events);
        for (const batch of batches) {
          expect(batch.recorded.length).toBeLessThanOrEqual(maxEvents);
          const last = batch.recorded.at(-1);
          if (last) expect(batch.checkpoint!.commit >= last.position.commit).toBe(true);
        }
        const checkpoints = batches.flatMap((batch) => (batch.checkpoint ? [Number(batch.checkpoint.commit)] : []));
        expect(checkpoints).toEqual([...checkpoints].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });

  it('ends a batch where the server said that there is nothing more', async () => {
    const batches = await gathered([[event(1), { kind: 'caught-up' }, event(2)]], 10, []);
    expect(batches.map((batch) => [batch.recorded.length, batch.caughtUp])).toEqual([
      [1, true],
      [1, false],
    ]);
  });

  it('gathers live events while they come thick, and hands a single one over at once', async () => {
    const quiet: FeedItem[][] = Array.from({ length: 20 }, () => []);
    const bursts = [[{ kind: 'caught-up' } as FeedItem], [event(1), event(2)], [event(3)], ...quiet, [event(4)]];
    const sizes = async (busyDelayMs: number) => {
      const batches: number[] = [];
      const limits = { maxEvents: 2, maxDelayMs: 1, busyDelayMs };
      for await (const batch of gather(feedOf(bursts), limits, () => undefined)) batches.push(batch.recorded.length);
      return batches;
    };
    expect(await sizes(10_000)).toEqual([0, 2, 2]);
    expect(await sizes(0)).toEqual([0, 2, 1, 1]);
  });
});
