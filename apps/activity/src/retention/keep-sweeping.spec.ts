import { testDatabase, until } from '@annals/testing';
import { keepSweeping } from './keep-sweeping.js';

const database = testDatabase({ service: 'activity' });

describe('sweeping', () => {
  it('is done at the start, by one process of all, and by the next when that ends', async () => {
    const sweeps: string[] = [];
    const process = (name: string) =>
      keepSweeping({
        url: `${database().appUrl}?application_name=${name}`,
        sweep: async () => void sweeps.push(name),
        onError: () => undefined,
      });
    const first = process('first');
    await until('the first sweeps', () => sweeps.length === 1);
    const second = process('second');
    await first.stop();
    await until('the second sweeps', () => sweeps.length === 2);
    await second.stop();
    expect(sweeps).toEqual(['first', 'second']);
  });

  it('tells a failure, and waits for its next time', async () => {
    const failures: unknown[] = [];
    const sweeping = keepSweeping({
      url: database().appUrl,
      sweep: () => Promise.reject(new Error('no store')),
      onError: (error) => failures.push(error),
    });
    await until('the failure is told', () => failures.length === 1);
    await sweeping.stop();
    expect(failures).toEqual([new Error('no store')]);
  });

  it('ends in the middle when its process does, and that is no failure', async () => {
    const failures: unknown[] = [];
    let begun = false;
    const sweeping = keepSweeping({
      url: database().appUrl,
      async sweep(lost) {
        begun = true;
        await new Promise((resolve) => lost.addEventListener('abort', resolve, { once: true }));
        lost.throwIfAborted();
      },
      onError: (error) => failures.push(error),
    });
    await until('it sweeps', () => begun);
    await sweeping.stop();
    expect(failures).toEqual([]);
  });
});
