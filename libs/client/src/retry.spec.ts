import { ApiProblem } from './api-problem.js';
import { defaultRetryPolicy as policy, pause, retryDelay } from './retry.js';

const refusal = (status: number, code: string, retryAfter: number | null) =>
  new ApiProblem(status, code, 'x', null, null, null, retryAfter);

describe('when a call is repeated', () => {
  it.each([
    ['too many requests', refusal(429, 'rate-limited', 1), false, 1000],
    ['a read model behind', refusal(503, 'projection-behind', 1), false, 1000],
    ['a busy server and a repeatable call', refusal(503, 'busy', null), true, 75],
    ['a busy server and a call that must not arrive twice', refusal(503, 'busy', null), false, null],
    ['no connection and a repeatable call', new TypeError('fetch failed'), true, 75],
    ['no connection and a call that must not arrive twice', new TypeError('fetch failed'), false, null],
    ['a conflict', refusal(409, 'concurrent-change', null), true, null],
    ['a wait longer than the bound', refusal(429, 'rate-limited', 6), true, null],
    ['an error of the program', new RangeError('x'), true, null],
  ])('%s', (_name, error, repeatable, expected) => {
    expect(retryDelay(error, 0, repeatable, policy, () => 0.5)).toBe(expected);
  });

  it('waits longer each time, up to the bound, and stops', () => {
    const delays = [0, 1, 2, 3].map((n) =>
      retryDelay(refusal(429, 'x', null), n, true, { retries: 3, maxWaitMs: 300 }, () => 1),
    );
    expect(delays).toEqual([100, 200, 300, null]);
  });

  it('does not start to wait for a caller who has given up', async () => {
    await expect(pause(10_000, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    const given = new AbortController();
    const waiting = pause(10_000, given.signal);
    given.abort('later');
    await expect(waiting).rejects.toThrow('aborted');
    await expect(pause(0)).resolves.toBeUndefined();
  });
});
