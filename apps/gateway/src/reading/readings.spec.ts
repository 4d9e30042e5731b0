import type { Conduct } from '@annals/contracts';
import { createReadings, type ReadingOptions } from './readings.js';

let time = 0;
beforeEach(() => (time = 0));

const reading = (subject_id: string | null = 'ben', thing_id: string | null = null) =>
  ({
    id: 'one',
    fact: {
      type: 'PersonalDataRead',
      data: { account_id: 'acme', user_id: 'ada', operation: 'getUser', subject_id, thing_id, times: 1 },
    },
  }) as Conduct;

function readingsWith(over: Partial<ReadingOptions> = {}) {
  const added: Conduct[] = [];
  const counted = (latest: Conduct, times: number) =>
    ({ ...latest, fact: { ...latest.fact, data: { ...latest.fact.data, times } } }) as Conduct;
  const add = async (one: Conduct) => added.push(one) > 0;
  return { added, readings: createReadings({ add, counted, patienceMs: 1_000, now: () => time, ...over }) };
}
const timesOf = (some: readonly Conduct[]) => some.map(({ fact }) => fact.data.times);

describe('reading about others', () => {
  it('is recorded once a minute, and repetitions in between as a number', async () => {
    const { readings, added } = readingsWith();
    for (let n = 0; n < 3; n++) await readings.record(reading());
    expect([timesOf(added), timesOf(readings.drain()), readings.drain()]).toEqual([[1], [2], []]);
    time = 60_000;
    await readings.record(reading());
    expect(timesOf(added)).toEqual([1, 1]);
  });

  it('tells what was repeated before it starts anew', async () => {
    const { readings, added } = readingsWith();
    for (let n = 0; n < 3; n++) await readings.record(reading());
    time = 60_000;
    await readings.record(reading());
    expect([timesOf(added), readings.drain()]).toEqual([[1, 2, 1], []]);
  });

  it('about different people, or different things, is not the same', async () => {
    const { readings, added } = readingsWith();
    for (const one of [reading(), reading('eve'), reading(null, 'entry 1'), reading(null, 'entry 2')]) {
      await readings.record(one);
    }
    expect(added).toHaveLength(4);
  });

  it('beyond what can be remembered is recorded each time', async () => {
    const { readings, added } = readingsWith({ capacity: 1 });
    for (const one of [reading(), reading('eve'), reading('eve'), reading()]) await readings.record(one);
    expect([added.length, timesOf(readings.drain())]).toEqual([3, [1]]);
  });

  it('never passes as a repetition of what is not recorded yet', async () => {
    let taken: (isIn: boolean) => void = () => undefined;
    const { readings } = readingsWith({ add: () => new Promise((done) => (taken = done)) });
    const both = Promise.allSettled([readings.record(reading()), readings.record(reading())]);
    taken(false);
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(readings.drain()).toEqual([]);
  });
});
