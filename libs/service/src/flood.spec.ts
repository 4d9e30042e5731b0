import { createFlood, type FloodOptions } from './flood.js';

interface Knock {
  who: string;
  about: string;
  times: number;
}

let time = 0;
const flood = (over: Partial<FloodOptions<Knock>> = {}) =>
  createFlood<Knock>({
    keyOf: ({ who, about }) => `${who} ${about}`,
    sourceOf: ({ who }) => who,
    counted: (latest, times) => ({ ...latest, times }),
    ...{ same: 2, source: 4, now: () => time, ...over },
  });
const knock = (over: Partial<Knock> = {}): Knock => ({ who: 'ada', about: 'users', times: 1, ...over });

beforeEach(() => (time = 0));

describe('a flood of the same', () => {
  it('is told one by one at first, then gathered', () => {
    const { admit, drain } = flood();
    expect([1, 2, 3, 4].map(() => admit(knock()))).toEqual(['now', 'now', 'gathered', 'gathered']);
    expect(drain()).toEqual([knock({ times: 2 })]);
    expect(drain()).toEqual([]);
  });

  it('of one thing holds back no other, until it is too much of one source', () => {
    const { admit } = flood();
    for (let n = 0; n < 3; n++) admit(knock());
    const others = ['a', 'b', 'c'].map((about) => admit(knock({ about })));
    expect(others).toEqual(['now', 'now', 'gathered']);
    expect(admit(knock({ who: 'bob', about: 'c' }))).toBe('now');
  });

  it('from one source may be gathered as less than it was, so that inventing new ones does not help', () => {
    const { admit, drain } = flood({ source: 1, blurred: (item) => ({ ...item, about: 'many' }) });
    expect(['a', 'b', 'c'].map((about) => admit(knock({ about })))).toEqual(['now', 'gathered', 'gathered']);
    expect(drain()).toEqual([knock({ about: 'many', times: 2 })]);
  });

  it('is over after a minute', () => {
    const { admit, drain } = flood();
    for (let n = 0; n < 3; n++) admit(knock());
    drain();
    time = 60_000;
    expect(admit(knock())).toBe('now');
  });

  it('of more different things than fit is lost, and says so', () => {
    const { admit } = flood({ same: 1, capacity: 1 });
    const answers = ['a', 'b'].flatMap((about) => [admit(knock({ about })), admit(knock({ about }))]);
    expect(answers).toEqual(['now', 'gathered', 'now', 'lost']);
  });
});
