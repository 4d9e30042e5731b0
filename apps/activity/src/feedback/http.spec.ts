import { headers } from '@annals/contracts';
import { signedIn } from '@annals/testing';
import { memberOf } from '../analytics/member.js';
import { activityUnderTest } from '../testing/activity-service.js';
import { feedbackPart } from './part.js';
import { satisfactionOf } from './satisfaction.js';

const under = activityUnderTest([feedbackPart]);
const path = '/users/activity/feedback';
const person = () => signedIn('VIEWER');
const give = (who: ReturnType<typeof person>, body: object, key?: string) =>
  under().service.call('POST', path, who, { body, headers: key ? { [headers.idempotencyKey]: key } : {} });
const withdraw = (who: ReturnType<typeof person>, id: unknown) =>
  under().service.call('DELETE', `${path}/${String(id)}`, who);
const own = async ({ account_id, user_id }: ReturnType<typeof person>) => {
  await Promise.all(under().runners.map((runner) => runner.caughtUp()));
  const { ground, config } = under();
  const today = new Date().toISOString().slice(0, 10);
  return satisfactionOf(ground.pool, {
    accountId: account_id!,
    member: memberOf(config.ANALYTICS_SECRET, account_id!, user_id!),
    ...{ zone: 'UTC', from: '2026-01-01', to: today, bucket: 'month' },
  });
};

describe('POST /users/activity/feedback', () => {
  it('keeps one answer for each topic and day', async () => {
    const me = person();
    const first = await give(me, { rating: 2, comment: ' Slow\r\ntoday ' });
    expect(first.status).toBe(200);
    expect(first.json).toMatchObject({ topic: null, rating: 2, comment: 'Slow\ntoday' });
    const again = await give(me, { rating: 5 });
    expect(again.json).toEqual({ ...first.json, rating: 5, comment: null });
    await give(me, { rating: 4, topic: 'search' });
    expect(await own(me)).toMatchObject({ answers: 2, mean: 4.5 });
  });

  it('answers a repetition as the first time, and refuses another body with its key', async () => {
    const me = person();
    const first = await give(me, { rating: 4 }, 'once');
    await give(me, { rating: 1 });
    const repeated = await give(me, { rating: 4 }, 'once');
    expect(repeated.headers.get(headers.idempotencyReplayed)).toBe('true');
    expect(repeated.json).toEqual(first.json);
    expect((await give(me, { rating: 3 }, 'once')).status).toBe(422);
    expect(await own(me)).toMatchObject({ answers: 1, mean: 1 });
  });

  it.each([
    [{ rating: 0 }, 'rating'],
    [{ rating: 6 }, 'rating'],
    [{ rating: 4.5 }, 'rating'],
    [{}, 'rating'],
    [{ rating: 4, topic: 'two words' }, 'topic'],
    [{ rating: 4, comment: 'x'.repeat(2001) }, 'comment'],
    [{ rating: 4, user_id: 'x' }, 'user_id'],
  ])('refuses %j', async (body, field) => {
    const { status, json } = await give(person(), body);
    expect(status).toBe(400);
    expect(json.errors).toEqual([expect.objectContaining({ path: field })]);
  });

  it('keeps what was said sealed in the store', async () => {
    const me = person();
    await give(me, { rating: 1, comment: 'canary' });
    const stored: unknown[] = [];
    const stream = `feedback-${me.account_id}_${me.user_id}`;
    for await (const { data } of under().ground.store.readStream(stream, { open: false })) stored.push(data);
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain('canary');
  });
});

describe('DELETE /users/activity/feedback/{feedback_id}', () => {
  it('takes an answer back', async () => {
    const me = person();
    const { json } = await give(me, { rating: 1 });
    expect((await withdraw(me, json.id)).status).toBe(204);
    expect(await own(me)).toMatchObject({ answers: 0, mean: null });
    const again = await withdraw(me, json.id);
    expect([again.status, again.json.code]).toEqual([404, 'feedback-unknown']);
  });

  it('knows nothing of the answers of others, nor of the same person in another account', async () => {
    const me = person();
    const { json } = await give(me, { rating: 1 });
    for (const other of [
      signedIn('ADMIN', { account_id: me.account_id }),
      signedIn('VIEWER', { user_id: me.user_id }),
    ]) {
      const refused = await withdraw(other, json.id);
      expect([refused.status, refused.json.code]).toEqual([404, 'feedback-unknown']);
    }
    expect(await own(me)).toMatchObject({ answers: 1 });
  });
});
