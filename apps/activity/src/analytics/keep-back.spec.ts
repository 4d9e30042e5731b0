import fc from 'fast-check';
import { keepBack, type Part, together } from './keep-back.js';

const crowd = (count: number, first = 0) => new Set(Array.from({ length: count }, (_, index) => `p${first + index}`));
const part = (events: number, people: Set<string>): Part => ({ events, people, families: [] });
const kept = (parts: Part[]) => {
  const whole = together(parts, [parts]);
  const unsaid = keepBack(whole);
  return { parts: parts.map((one) => unsaid.has(one)), whole: unsaid.has(whole) };
};

describe('what is kept back', () => {
  it('is nothing where five people or nobody is behind each part', () =>
    expect(kept([part(9, crowd(5)), part(0, crowd(0))])).toEqual({ parts: [false, false], whole: false }));

  it('is a part of four people, and the smallest other, from which it could be found', () =>
    expect(kept([part(90, crowd(9)), part(4, crowd(4)), part(50, crowd(7))])).toEqual({
      ...{ parts: [false, true, true], whole: false },
    }));

  it('is more than two parts of the same few people: together they still tell of them', () => {
    const few = crowd(3);
    expect(kept([part(5, few), part(6, few), part(80, crowd(8)), part(70, crowd(9))])).toEqual({
      ...{ parts: [true, true, false, true], whole: false },
    });
  });

  it('is everything where the whole is of fewer than five people, also where there is nothing', () =>
    expect(kept([part(5, crowd(3)), part(0, crowd(0)), part(4, crowd(4))])).toEqual({
      ...{ parts: [true, true, true], whole: true },
    }));

  it('is everything inside a part that is kept back', () => {
    const inside = [part(20, crowd(10)), part(30, crowd(10))];
    const smallest = together(inside, [inside]);
    const parts = [part(2, crowd(1, 50)), smallest, part(99, crowd(20))];
    const unsaid = keepBack(together(parts, [parts]));
    expect([smallest, ...inside].map((one) => unsaid.has(one))).toEqual([true, true, true]);
  });

  it('cannot be found by subtraction from a whole: what is left is of nobody or of five at least', () => {
    const anyPart = fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 9 }).map((doings) => {
      return part(doings.length, new Set(doings.map(String)));
    });
    fc.assert(
      fc.property(fc.array(anyPart, { maxLength: 9 }), fc.array(anyPart, { maxLength: 9 }), (one, other) => {
        const inner = together(other, [other]);
        const outer = together([...one, inner], [[...one, inner]]);
        const unsaid = keepBack(outer);
        for (const whole of [outer, inner]) {
          if (unsaid.has(whole)) continue;
          const parts = whole.families[0]!;
          for (const { people } of parts.filter((each) => !unsaid.has(each)))
            expect([1, 2, 3, 4]).not.toContain(people.size);
          const rest = together(parts.filter((each) => unsaid.has(each)));
          expect([1, 2, 3, 4]).not.toContain(rest.people.size);
        }
      }),
      { numRuns: 500 },
    );
  });
});
