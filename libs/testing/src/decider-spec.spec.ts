import fc from 'fast-check';
import { Problem, type DomainEvent } from '@annals/contracts';
import { deciderSpec, laws, type Decider } from './decider-spec.js';

interface Lamp {
  on: boolean;
  broken: boolean;
}
const happened = (type: string): DomainEvent => ({ type, data: {} });

const switchOn: Decider<Lamp, { by: string }> = {
  initial: { on: false, broken: false },
  evolve: (lamp, { type }) =>
    type === 'LampBroke' ? { on: false, broken: true } : { ...lamp, on: type === 'LampLit' },
  decide: ({ by }, lamp) => {
    if (lamp.broken) throw new Problem(409, 'lamp-broken', `${by} finds it broken`);
    return lamp.on ? [] : [{ type: 'LampLit', data: { by } }];
  },
};

describe('deciderSpec', () => {
  const { given } = deciderSpec(switchOn);
  const ada = { by: 'Ada' };

  it('compares what is decided with what is expected', () => {
    given([])
      .when(ada)
      .then([{ type: 'LampLit', data: { by: 'Ada' } }]);
    given([happened('LampLit')])
      .when(ada)
      .thenNothing();
    given([happened('LampBroke')])
      .when(ada)
      .thenRefuses('lamp-broken');
  });

  it('fails when something else is decided', () => {
    expect(() => given([]).when(ada).then([])).toThrow();
    expect(() => given([]).when(ada).thenNothing()).toThrow();
    expect(() => given([]).when(ada).thenRefuses('lamp-broken')).toThrow('Nothing was refused');
    expect(() =>
      given([happened('LampBroke')])
        .when(ada)
        .thenRefuses('other'),
    ).toThrow();
  });
});

const lives = {
  commands: fc.record({ by: fc.string() }),
  histories: fc.array(fc.constantFrom('LampLit', 'LampPutOut', 'LampBroke').map(happened)),
};
laws('switching a lamp on', switchOn, lives);

describe('laws', () => {
  /** Runs the laws with a stand-in for the test runner and tells which of them broke. */
  const broken = (decider: Decider<Lamp, { by: string }>): string[] => {
    const failed: string[] = [];
    const real = { describe: globalThis.describe, it: globalThis.it };
    const runNow = (name: string, test: () => void): void => {
      try {
        test();
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        failed.push(name);
      }
    };
    Object.assign(globalThis, { describe: (_name: string, body: () => void) => body(), it: runNow });
    try {
      laws('a lamp', decider, lives);
    } finally {
      Object.assign(globalThis, real);
    }
    return failed;
  };

  it('find a decision that does not notice it was taken before', () => {
    expect(broken({ ...switchOn, decide: ({ by }) => [{ type: 'LampLit', data: { by } }] })).toEqual(['twice = once']);
  });

  it('find a decision that changes what it was given', () => {
    const meddling = (_: { by: string }, lamp: Lamp): DomainEvent[] => {
      lamp.on = true;
      return [];
    };
    expect(broken({ ...switchOn, decide: meddling })).toContain(
      'decides the same for the same, and changes nothing it is given',
    );
  });

  it('find a fold that some history breaks', () => {
    const fragile = (lamp: Lamp, { type }: DomainEvent): Lamp => {
      if (type === 'LampPutOut') throw new Error('never lit');
      return lamp;
    };
    expect(broken({ ...switchOn, evolve: fragile })).toContain('folds any history');
  });
});
