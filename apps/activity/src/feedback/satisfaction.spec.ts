import { assertTenantIsolation, withTenant } from '@annals/postgres';
import { type EventSketch, project, rowsOf, storedEvents, testDatabase } from '@annals/testing';
import { memberOf } from '../analytics/member.js';
import { bucketsOf } from './buckets.js';
import { countDue, deleteSome } from '../retention/kept.js';
import { feedbackPart } from './part.js';
import { feedbackProjection } from './projection.js';
import { satisfactionOf, type SatisfactionAsked } from './satisfaction.js';

const [acme, globex] = ['018f0000-0000-7000-8000-00000000000a', '018f0000-0000-7000-8000-00000000000b'];
const userId = (index: number) => `018f0000-0000-7000-8000-0000000000${index.toString(16).padStart(2, '0')}`;
const secret = Buffer.alloc(32, 7);
const projection = feedbackProjection(secret);
const database = testDatabase({ service: 'activity', projections: [projection] });

let past = storedEvents([]);
let number = 0;
const said = (
  who: number,
  rating: number,
  at = '2026-03-02T10:07:00.000Z',
  topic: string | null = null,
  account = acme,
) => {
  const feedback_id = `018f0000-0000-7000-8000-${String(++number).padStart(12, '0')}`;
  const about = { account_id: account, user_id: userId(who), feedback_id };
  const sketch = (type: string, data: object): EventSketch => ({
    ...{ type, stream: `feedback-${account}_${userId(who)}`, account_id: account },
    data: { ...about, ...data },
  });
  return {
    given: sketch('FeedbackGiven', { topic, rating, comment: null, given_at: at }),
    changed: (to: number) => sketch('FeedbackChanged', { topic, rating: to, comment: null, changed_at: at }),
    withdrawn: () => sketch('FeedbackWithdrawn', { withdrawn_at: at }),
  };
};
async function happened(sketches: EventSketch[]): Promise<void> {
  const events = storedEvents(sketches, past);
  past = [...past, ...events];
  await project(database().pool, projection, events);
}
const asked = (over: Partial<SatisfactionAsked> = {}) =>
  satisfactionOf(database().pool, {
    ...{ accountId: acme, member: null, zone: 'UTC', from: '2026-03-01', to: '2026-03-04' },
    ...over,
  });

describe('satisfaction', () => {
  beforeEach(async () => {
    for (const account of [acme, globex]) {
      await rowsOf(database().pool, account, 'delete from feedback_answers_v1.answers');
    }
  });

  it('is the mean, the share of 4 and 5 with its interval, and how often each rating was given', async () => {
    await happened([5, 5, 5, 5, 5, 4, 4, 4, 4, 4, 2, 2, 2, 2, 2].map((rating, who) => said(who, rating).given));
    expect(await asked()).toMatchObject({
      ...{ answers: 15, mean: 3.67, satisfied: 0.67, interval: { low: 0.42, high: 0.85 }, suppressed: false },
      distribution: [0, 5, 0, 5, 5],
    });
  });

  it('counts an answer as it stands: changed, and not once it was withdrawn', async () => {
    const all = [0, 1, 2, 3, 4, 5].map((who) => said(who, 1));
    await happened([...all.map(({ given }) => given), ...all.map(({ changed }) => changed(5)), all[5]!.withdrawn()]);
    expect(await asked()).toMatchObject({ answers: 5, mean: 5, satisfied: 1, distribution: [0, 0, 0, 0, 5] });
  });

  it('is told of five people or more, however many answers four gave', async () => {
    await happened([0, 1, 2, 3].flatMap((who) => [said(who, 3).given, said(who, 3, undefined, 'search').given]));
    const none = { answers: null, mean: null, satisfied: null, interval: null, suppressed: true };
    const four = await asked();
    expect(four).toMatchObject({ ...none, distribution: null, topics: [], topics_suppressed: true });
    expect(four.series[1]).toEqual({ from: '2026-03-02', ...none });
    await happened([said(4, 3).given]);
    expect(await asked()).toMatchObject({ answers: 9, suppressed: false });
  });

  it('leaves out a topic of few, and the smallest other one, which would give it away', async () => {
    const of = (topic: string, people: number) =>
      Array.from({ length: people }, (_, who) => said(who, 4, undefined, topic).given);
    await happened([...of('search', 9), ...of('export', 6), ...of('login', 7), ...of('boss', 1)]);
    const { topics, topics_suppressed, answers } = await asked();
    expect(topics.map(({ topic, answers: count }) => [topic, count])).toEqual([
      ['search', 9],
      ['login', 7],
    ]);
    expect([answers, topics_suppressed]).toEqual([23, true]);
  });

  it('hides a day of few, and the smallest other one', async () => {
    const of = (day: number, people: number) =>
      Array.from({ length: people }, (_, who) => said(who, 4, `2026-03-0${day}T10:00:00.000Z`).given);
    await happened([...of(1, 6), ...of(2, 2), ...of(3, 8)]);
    expect((await asked()).series.map(({ answers }) => answers)).toEqual([null, null, 8, 0]);
  });

  it('goes by the day, the week and the month on the wall', async () => {
    await happened([0, 1, 2, 3, 4].map((who) => said(who, 4, '2026-03-01T18:20:00.000Z').given));
    const days = async (zone: string) => (await asked({ zone, to: '2026-03-02' })).series.map(({ answers }) => answers);
    expect(await days('UTC')).toEqual([5, 0]);
    expect(await days('Asia/Kathmandu')).toEqual([0, 5]);
    const weeks = await asked({ from: '2026-02-25', to: '2026-03-10', bucket: 'week' });
    expect(weeks.series.map(({ from, answers }) => [from, answers])).toEqual([
      ['2026-02-23', 5],
      ['2026-03-02', 0],
      ['2026-03-09', 0],
    ]);
    const months = await asked({ from: '2026-02-25', to: '2026-03-10', bucket: 'month' });
    expect(months.series.map(({ from, answers }) => [from, answers])).toEqual([
      ['2026-02-01', 0],
      ['2026-03-01', 5],
    ]);
  });

  it('is shown to somebody alone of their own answers, without an interval', async () => {
    await happened([said(0, 5).given, said(0, 2, undefined, 'search').given, said(1, 1).given]);
    const own = await asked({ member: memberOf(secret, acme, userId(0)) });
    expect(own).toMatchObject({ answers: 2, mean: 3.5, satisfied: 0.5, interval: null, distribution: [0, 1, 0, 0, 1] });
    expect(own.topics).toHaveLength(2);
    expect(own.series[1]).toMatchObject({ answers: 2, suppressed: false });
  });

  it('of two accounts with identical ids are apart', async () => {
    await happened([0, 1, 2, 3, 4].map((who) => said(who, 5).given));
    await happened([0, 1, 2, 3, 4].map((who) => said(who, 1, undefined, null, globex).given));
    expect(await asked()).toMatchObject({ answers: 5, mean: 5 });
    expect(await asked({ accountId: globex })).toMatchObject({ answers: 5, mean: 1 });
    expect(await asked({ member: memberOf(secret, globex, userId(0)) })).toMatchObject({ answers: 0, mean: null });
    await assertTenantIsolation(database().pool);
  });

  it('goes when the time of an answer is over', async () => {
    await happened([said(0, 5, '2026-03-01T23:59:00.000Z').given, said(1, 5).given]);
    const [kept] = feedbackPart.kept!;
    const until = new Date('2026-03-02T00:00:00.000Z');
    await withTenant(database().pool, { accountId: acme }, async (tx) => {
      expect(await countDue(tx, kept!, { accountId: acme, until, held: [], pseudonym: () => '' })).toMatchObject({
        rows: 1,
      });
      expect(await deleteSome(tx, kept!, { accountId: acme, until, held: [], pseudonym: () => '' })).toBe(1);
    });
    expect(await asked({ member: memberOf(secret, acme, userId(1)) })).toMatchObject({ answers: 1 });
  });

  it('keeps neither ids nor exact times', async () => {
    await happened([said(0, 5).given]);
    const rows = await rowsOf<{ row: string }>(
      database().pool,
      acme,
      `select row_to_json(a)::text as row from feedback_answers_v1.answers a`,
    );
    expect(rows[0]!.row).not.toContain(userId(0));
    expect(rows[0]!.row).toContain('10:00:00');
  });
});

it('a day of 23 hours is one bucket', () => {
  const [day] = bucketsOf('Europe/Vienna', '2026-03-29', '2026-03-29', 'day');
  expect((day!.ends.getTime() - day!.starts.getTime()) / 3_600_000).toBe(23);
});
