import { type Response } from '@annals/service';
import { until } from '@annals/testing';
import { Writable } from 'node:stream';
import { activityUnderTest } from '../testing/activity-service.js';
import { consenting } from '../testing/consenting.js';
import { followActivity, usualRhythm } from './follow-activity.js';
import { watchNewEntries } from './new-entries.js';

const under = activityUnderTest();

/** A client that takes `chunks` and then reads no more. */
function reader(chunks: number): { res: Response; text: () => string } {
  let text = '';
  let left = chunks;
  const res = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      left -= 1;
      if (left > 0) done();
    },
  });
  return { res: res as unknown as Response, text: () => text };
}

describe('a follower of activity', () => {
  it('that does not read is cut off, is told why, and goes on after what it read', async () => {
    const me = await consenting(under());
    const { pool, store } = under().ground;
    const facts = Array.from({ length: 5 }, (_, index) => ({ type: `t${index}` }));
    const { position } = await under().service.call('POST', '/users/activity', me, { body: facts });
    await under().get('/users/activity', me, position);
    const newEntries = watchNewEntries(pool, () => undefined);
    const walk = { about: { accountId: me.account_id!, userId: me.user_id }, reader: me.user_id!, filter: {} };
    const following = { pool, store, newEntries, rhythm: { ...usualRhythm, patienceMs: 20 } };
    // The place to begin at, and three entries of which the last is never done with.
    const slow = reader(4);
    const end = jest.spyOn(slow.res, 'end');
    const closed = new Promise((done) => slow.res.once('close', done));
    await followActivity(following, walk, ['0', '0', '0'], slow.res);
    expect(end).toHaveBeenCalledWith(expect.stringMatching(/^: .*Last-Event-ID/));
    await closed;
    const [last] = /(?<=id: )[\d-]+(?=\n.*\n.*"t2")/.exec(slow.text())!;
    const again = reader(100);
    const [commit = '', prepare = '', index = ''] = last.split('-');
    const following2 = followActivity(following, walk, [commit, prepare, index], again.res);
    await until('the rest', () => again.text().includes('"t4"'));
    expect(again.text()).not.toContain('"t2"');
    expect(again.text()).toContain('"t3"');
    again.res.destroy();
    await following2;
    await newEntries.stop();
  });

  it('that goes away ends it', async () => {
    const me = await consenting(under());
    const { pool, store } = under().ground;
    const newEntries = watchNewEntries(pool, () => undefined);
    const walk = { about: { accountId: me.account_id!, userId: me.user_id }, reader: me.user_id!, filter: {} };
    const { res } = reader(100);
    const following = followActivity({ pool, store, newEntries, rhythm: usualRhythm }, walk, ['0', '0', '0'], res);
    res.destroy();
    await following;
    await newEntries.stop();
  });
});
