import type { Conduct } from '@annals/contracts';
import { createConductQueue } from './conduct-queue.js';

const conduct = (id: string) => ({ id }) as Conduct;
const ids = (batch: readonly Conduct[]) => batch.map(({ id }) => id);

/** A queue whose answers the test gives. */
function queueWith(over: { capacity?: number } = {}) {
  const sent: { ids: string[]; answer: (answer: 'taken' | 'refused' | Error) => void }[] = [];
  const lost: number[] = [];
  const queue = createConductQueue({
    send: (batch) =>
      new Promise((resolve, reject) => {
        const answer = (given: 'taken' | 'refused' | Error) =>
          given instanceof Error ? reject(given) : resolve(given);
        sent.push({ ids: ids(batch), answer });
      }),
    onLost: (count) => lost.push(count),
    onTrouble: () => undefined,
    ...{ backOffMs: [0], ...over },
  });
  const untilSent = async (count: number) => {
    while (sent.length < count) await new Promise(setImmediate);
  };
  return { queue, sent, lost, untilSent };
}

describe('conduct on its way to the log', () => {
  it('go out one batch at a time; those that come meanwhile go together', async () => {
    const { queue, sent, untilSent } = queueWith();
    const first = queue.add(conduct('a'));
    await untilSent(1);
    const others = [queue.add(conduct('b')), queue.add(conduct('c'))];
    expect(sent).toHaveLength(1);
    sent[0]!.answer('taken');
    await first;
    await untilSent(2);
    sent[1]!.answer('taken');
    await Promise.all(others);
    expect(sent.map((batch) => batch.ids)).toEqual([['a'], ['b', 'c']]);
  });

  it('are told again, the very same, until it is known that they are in', async () => {
    const { queue, sent, untilSent, lost } = queueWith();
    const recorded = queue.add(conduct('a'));
    for (const attempt of [1, 2]) {
      await untilSent(attempt);
      sent[attempt - 1]!.answer(new Error('gone'));
    }
    await untilSent(3);
    sent[2]!.answer('taken');
    expect(await recorded).toBe(true);
    expect([sent.map((batch) => batch.ids), lost]).toEqual([[['a'], ['a'], ['a']], []]);
  });

  it('that will never be taken hold up no others, and are counted', async () => {
    const { queue, sent, untilSent, lost } = queueWith();
    const refused = queue.add(conduct('a'));
    await untilSent(1);
    const next = queue.add(conduct('b'));
    sent[0]!.answer('refused');
    expect(await refused).toBe(false);
    await untilSent(2);
    sent[1]!.answer('taken');
    await next;
    expect(lost).toEqual([1]);
  });

  it('are given up, and counted, beyond what fits', async () => {
    const { queue, lost } = queueWith({ capacity: 1 });
    void queue.add(conduct('a'));
    expect(await queue.add(conduct('b'))).toBe(false);
    expect(lost).toEqual([1]);
    await queue.close(0);
    expect(lost).toEqual([1, 1]);
  });

  it('are waited for at the end', async () => {
    const { queue, sent, untilSent, lost } = queueWith();
    void queue.add(conduct('a'));
    await untilSent(1);
    const closed = queue.close(60_000);
    sent[0]!.answer('taken');
    await closed;
    expect(lost).toEqual([]);
  });
});
