import type { Denial } from '@annals/contracts';
import { createFlood } from './flood.js';

let time = 0;
let made = 0;
const flood = (over: Partial<Parameters<typeof createFlood>[0]> = {}) =>
  createFlood({ newId: () => `summary-${(made += 1)}`, same: 2, person: 4, now: () => time, ...over });
const denial = (over: Partial<Denial['denied']> = {}) =>
  ({
    id: 'one',
    denied: { account_id: 'acme', user_id: 'ada', operation: 'listUsers', code: 'x', times: 1, ...over },
  }) as Denial;

beforeEach(() => {
  time = 0;
  made = 0;
});

describe('a flood of denials', () => {
  it('is told one by one at first, then gathered', () => {
    const { admit, drain } = flood();
    expect([1, 2, 3, 4].map(() => admit(denial()))).toEqual(['now', 'now', 'gathered', 'gathered']);
    expect(drain()).toEqual([{ id: 'summary-1', denied: { ...denial().denied, times: 2 } }]);
    expect(drain()).toEqual([]);
  });

  it('of one thing holds back no other, until it is too much of one person', () => {
    const { admit } = flood();
    for (let n = 0; n < 3; n++) admit(denial());
    const others = ['a', 'b', 'c'].map((operation) => admit(denial({ operation })));
    expect(others).toEqual(['now', 'now', 'gathered']);
    expect(admit(denial({ user_id: 'bob', operation: 'c' }))).toBe('now');
    expect(admit(denial({ account_id: 'globex', operation: 'c' }))).toBe('now');
  });

  it('is over after a minute', () => {
    const { admit, drain } = flood();
    for (let n = 0; n < 3; n++) admit(denial());
    drain();
    time = 60_000;
    expect(admit(denial())).toBe('now');
  });

  it('of more different things than fit is lost, and says so', () => {
    const { admit } = flood({ same: 1, capacity: 1 });
    const answers = ['a', 'b'].flatMap((code) => [admit(denial({ code })), admit(denial({ code }))]);
    expect(answers).toEqual(['now', 'gathered', 'now', 'lost']);
  });
});
