import { TookTooLong } from './deadline.js';
import { inOrder } from './in-order.js';

describe('inOrder', () => {
  it('runs work on one key one after another, whether it succeeds or fails', async () => {
    const oneByOne = inOrder(20_000);
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} starts`);
      await new Promise((resolve) => setImmediate(resolve));
      log.push(`${name} ends`);
      if (name === 'b') throw new Error('b failed');
    };
    await Promise.allSettled(['a', 'b', 'c'].map((name) => oneByOne('key', work(name))));
    expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  });

  it('does not make different keys wait for each other', async () => {
    const oneByOne = inOrder(20_000);
    let release = (): void => undefined;
    const slow = oneByOne('slow', () => new Promise<void>((resolve) => (release = resolve)));
    expect(await oneByOne('other', async () => 'done')).toBe('done');
    release();
    await slow;
  });

  it('gives up waiting in the end, without letting others past', async () => {
    const oneByOne = inOrder(20);
    const log: string[] = [];
    let release = (): void => undefined;
    const stuck = oneByOne('key', () => new Promise<void>((resolve) => (release = resolve)));
    await expect(oneByOne('key', async () => log.push('never'))).rejects.toThrow(TookTooLong);
    const last = oneByOne('key', async () => log.push('last'));
    expect(log).toEqual([]);
    release();
    await Promise.all([stuck, last]);
    expect(log).toEqual(['last']);
  });
});
