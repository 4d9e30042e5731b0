import { type AccountChurnRisk, type OwnChurnRisk } from '@annals/contracts';
import { type EventSketch, project, rowsOf, storedEvents, testDatabase } from '@annals/testing';
import { memberOf } from '../analytics/member.js';
import { presenceProjection } from '../engagement/presence.js';
import { feedbackProjection } from '../feedback/projection.js';
import { churnOf } from './churn-of.js';
import { churnModel } from './coefficients.js';
import { standingOf } from './observed.js';
import { readObserved } from './read-observed.js';
import { riskOf } from './score.js';
import { cohortOf, judgedDay, type Life, observe } from './training/cohorts.js';

const [acme, globex] = ['018f0000-0000-7000-8000-00000000000a', '018f0000-0000-7000-8000-00000000000b'];
const userId = (index: number) => `018f0000-0000-7000-8000-00000000${index.toString(16).padStart(4, '0')}`;
const secret = Buffer.alloc(32, 7);
const [presence, feedback] = [presenceProjection(secret), feedbackProjection(secret)];
const database = testDatabase({ service: 'activity', projections: [presence, feedback] });

const monday = Date.parse('2026-01-05');
const dayMs = 86_400_000;
const now = new Date(monday + (judgedDay + 1) * dayMs + dayMs / 4);
const asked = (member: string | null = null, accountId = acme) => ({ accountId, member, zone: 'UTC', now });
const memberAt = (index: number, account = acme) => memberOf(secret, account, userId(index));

const did = (who: number, at: number, over: Partial<EventSketch> = {}, account = acme): EventSketch => ({
  ...{ type: 'ProfileUpdated', stream: `profile-${account}_${who}`, account_id: account },
  metadata: {
    occurred_at: new Date(at).toISOString(),
    actor: { user_id: userId(who), session_id: null, kind: 'user', on_behalf_of: null },
  },
  ...over,
});
const lived = (who: number, { quarters, rating }: Life, account = acme): EventSketch[] => {
  const days = quarters.map((quarter) => did(who, monday + quarter * 900_000, {}, account));
  if (!rating) return days;
  const about = { account_id: account, user_id: userId(who), topic: null, comment: null, rating: rating.value };
  const given_at = new Date(monday + rating.day * dayMs + dayMs / 2).toISOString();
  const given = { ...about, feedback_id: userId(who), given_at };
  const stream = `feedback-${account}_${userId(who)}`;
  return [...days, { type: 'FeedbackGiven', stream, account_id: account, data: given }];
};

let past = storedEvents([]);
async function happened(sketches: EventSketch[]): Promise<void> {
  const events = storedEvents(sketches, past);
  past = [...past, ...events];
  // A rating is no presence here: lives say themselves when somebody was there.
  await project(database().pool, presence, events);
  await project(
    database().pool,
    feedback,
    events.filter(({ type }) => type === 'FeedbackGiven'),
  );
}
async function empty(): Promise<void> {
  for (const account of [acme, globex]) {
    for (const table of [
      'presence_v2.presence',
      'presence_v2.members',
      'presence_v2.refusals',
      'feedback_answers_v1.answers',
    ]) {
      await rowsOf(database().pool, account, `delete from ${table}`);
    }
  }
}
const people = cohortOf(7, 200);
const riskIn = (life: Life) => {
  const observed = observe(life);
  return standingOf(observed) === 'known' ? riskOf(observed, churnModel).band : standingOf(observed);
};
const some = (band: string, count: number) => people.filter((life) => riskIn(life) === band).slice(0, count);

describe('the risk of churn', () => {
  beforeEach(empty);

  it.each([
    ['UTC', 0],
    ['Asia/Kathmandu', 23],
    ['Etc/GMT+8', -32],
  ])('sees in %s what the model was trained to see', async (zone, ahead) => {
    const chosen = people.slice(0, 12);
    await happened(chosen.flatMap((life, who) => lived(who, life)));
    // The same hour of the day everywhere, so that the same day was the last whole one.
    const then = new Date(now.getTime() - ahead * 900_000);
    for (const [who, life] of chosen.entries()) {
      const [seen] = await readObserved(database().pool, { ...asked(memberAt(who)), zone, now: then }, 10);
      expect(seen).toEqual(observe(life, ahead));
    }
  });

  it('is told to oneself as a band, with what matters most in words', async () => {
    const [life] = some('high', 1);
    await happened(lived(0, life!));
    const own = (await churnOf(database().pool, asked(memberAt(0)))) as OwnChurnRisk;
    expect(own).toMatchObject({ about: 'self', band: 'high' });
    expect(own.factors.length).toBeGreaterThan(0);
    expect(own.factors.length).toBeLessThanOrEqual(3);
    const { contributions } = riskOf(observe(life!), churnModel);
    const sizes = own.factors.map(({ factor }) => Math.abs(contributions[factor]));
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    for (const { factor, effect } of own.factors) expect(effect === 'raises').toBe(contributions[factor] > 0);
  });

  it('is not guessed of who is new, gone, refuses, or never was here', async () => {
    const yesterday = monday + judgedDay * dayMs;
    await happened([
      did(0, yesterday),
      did(1, yesterday - 60 * dayMs),
      did(2, yesterday - 60 * dayMs),
      did(2, yesterday),
    ]);
    const decided = { account_id: acme, user_id: userId(2), activity_tracking: false };
    await happened([did(2, yesterday, { type: 'ProfilePrivacyChanged', data: decided })]);
    const bands = [];
    for (const who of [0, 1, 2, 3])
      bands.push(((await churnOf(database().pool, asked(memberAt(who)))) as OwnChurnRisk).band);
    expect(bands).toEqual(['too_new', 'gone', 'untracked', 'untracked']);
  });

  it('is told of an account as people by band and what raises it most often, and names nobody', async () => {
    const chosen = [...some('low', 12), ...some('medium', 8), ...some('high', 9)];
    await happened(chosen.flatMap((life, who) => lived(who, life)));
    const account = (await churnOf(database().pool, asked())) as AccountChurnRisk;
    expect(account.bands).toEqual({ low: 12, medium: 8, high: 9 });
    expect(account.factors.length).toBeGreaterThan(0);
    expect(account.sampled).toBe(false);
    expect(account.factors.every(({ people: many }) => many >= 5)).toBe(true);
    expect(JSON.stringify(account)).not.toMatch(/018f0000|\\\\x/);
  });

  it('is of five people or more: a small band hides the next smallest', async () => {
    const chosen = [...some('low', 7), ...some('high', 2), ...some('medium', 5)];
    await happened(chosen.flatMap((life, who) => lived(who, life)));
    const account = (await churnOf(database().pool, asked())) as AccountChurnRisk;
    expect(account).toMatchObject({ bands: { low: 7, medium: null, high: null }, suppressed: true });
  });

  it('is of some people by chance where there are very many', async () => {
    await happened(people.slice(0, 20).flatMap((life, who) => lived(who, life)));
    expect(await churnOf(database().pool, asked(), 10)).toMatchObject({ about: 'account', sampled: true });
  });

  it('of two accounts with identical ids is apart', async () => {
    const [low, high] = [some('low', 6), some('high', 6)];
    await happened(low.flatMap((life, who) => lived(who, life)));
    await happened(high.flatMap((life, who) => lived(who, life, globex)));
    expect(await churnOf(database().pool, asked())).toMatchObject({ bands: { low: 6, medium: 0, high: 0 } });
    expect(await churnOf(database().pool, asked(null, globex))).toMatchObject({
      bands: { low: 0, medium: 0, high: 6 },
    });
    expect(await churnOf(database().pool, asked(memberAt(0, globex)))).toMatchObject({ band: 'untracked' });
  });
});
