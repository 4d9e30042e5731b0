import fc from 'fast-check';
import { Problem, type DomainEvent } from '@annals/contracts';

/** A pure decision about something with a life. */
export interface Decider<S, C> {
  initial: S;
  evolve(state: S, event: DomainEvent): S;
  decide(command: C, state: S): readonly DomainEvent[];
}

export interface Then {
  /** Exactly these events, in this order. */
  then(events: readonly DomainEvent[]): void;
  /** The world is already so. */
  thenNothing(): void;
  /** Refused with a Problem of this code. */
  thenRefuses(code: string): void;
}

export interface DeciderSpec<C> {
  /** What has happened so far. */
  given(events: readonly DomainEvent[]): { when(command: C): Then };
}

/** Reads as a specification: `given([opened]).when(close).then([closed])`. */
export function deciderSpec<S, C>(decider: Decider<S, C>): DeciderSpec<C> {
  return {
    given: (events) => ({
      when: (command) => {
        const decided = (): readonly DomainEvent[] => decider.decide(command, folded(decider, events));
        return {
          then: (expected) => expect(decided()).toEqual(expected),
          thenNothing: () => expect(decided()).toEqual([]),
          thenRefuses: (code) => expect(refusalOf(decided)).toMatchObject({ code }),
        };
      },
    }),
  };
}

export interface Lives<C> {
  commands: fc.Arbitrary<C>;
  /** Any events of the category in any order, also ones that no decision would have led to. */
  histories: fc.Arbitrary<readonly DomainEvent[]>;
}

/**
 * Registers tests of what holds for every decision, checked on generated lives: a second run finds nothing left to
 * do, or is refused; the same question gets the same answer; nothing given is changed; any history can be folded.
 */
export function laws<S, C>(name: string, decider: Decider<S, C>, { commands, histories }: Lives<C>): void {
  describe(`laws of ${name}`, () => {
    const each = (holds: (command: C, history: readonly DomainEvent[]) => void): void =>
      fc.assert(fc.property(commands, histories, holds));

    it('twice = once', () =>
      each((command, history) => {
        const once = attempt(decider, command, folded(decider, history));
        if (once instanceof Problem) return;
        const again = attempt(decider, command, folded(decider, [...history, ...once]));
        if (!(again instanceof Problem)) expect(again).toEqual([]);
      }));

    it('decides the same for the same, and changes nothing it is given', () =>
      each((command, history) => {
        const state = deepFrozen(folded(decider, deepFrozen(history)));
        const first = attempt(decider, deepFrozen(command), state);
        const second = attempt(decider, command, state);
        if (first instanceof Problem) expect(second).toMatchObject({ code: first.code });
        else expect(second).toEqual(first);
      }));

    it('folds any history', () => each((_command, history) => void folded(decider, history)));
  });
}

function folded<S, C>(decider: Decider<S, C>, events: readonly DomainEvent[]): S {
  return events.reduce((state, event) => decider.evolve(state, event), decider.initial);
}

function attempt<S, C>(decider: Decider<S, C>, command: C, state: S): readonly DomainEvent[] | Problem {
  try {
    return decider.decide(command, state);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

function refusalOf(decided: () => readonly DomainEvent[]): Problem {
  try {
    const events = decided();
    throw new Error(`Nothing was refused; decided: ${JSON.stringify(events)}`);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/** Freezes data all the way down, so that a change of it throws where it happens. */
function deepFrozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFrozen);
  }
  return value;
}
