import { watchEffects } from './effects.js';

describe('the effects of requests', () => {
  it('show in whoever watches the transaction, and in nobody else', () => {
    const effects = watchEffects();
    const [one, same, other] = [effects.watch('t1'), effects.watch('t1'), effects.watch('t2')];
    effects.note('t1');
    expect([one, same, other].map((watch) => watch.happened())).toEqual([true, true, false]);
  });

  it('count from the beginning of the watch to its end', () => {
    const effects = watchEffects();
    effects.note('t1');
    const first = effects.watch('t1');
    first.end();
    const second = effects.watch('t1');
    first.end();
    effects.note('t1');
    expect([first.happened(), second.happened()]).toEqual([false, true]);
  });
});
