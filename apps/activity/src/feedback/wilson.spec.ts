import fc from 'fast-check';
import { wilson } from './wilson.js';

describe('the interval of a share', () => {
  // By hand from the formula, and as tables of it have them.
  it.each([
    [0.8, 10, 0.4902, 0.9433],
    [0, 10, 0, 0.2775],
    [1, 5, 0.5655, 1],
    [0.5, 100, 0.4038, 0.5962],
  ])('of %d among %d people is %d to %d', (share, people, low, high) => {
    const found = wilson(share, people);
    expect(found.low).toBeCloseTo(low, 4);
    expect(found.high).toBeCloseTo(high, 4);
  });

  it('holds the share, stays between none and all, and narrows with more people', () =>
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 1, max: 100_000 }), (share, people) => {
        const { low, high } = wilson(share, people);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(share + 1e-9);
        expect(high).toBeGreaterThanOrEqual(share - 1e-9);
        const more = wilson(share, people * 2);
        expect(more.high - more.low).toBeLessThan(high - low);
      }),
    ));

  it('holds the true share nineteen times in twenty', () => {
    // Every outcome of 60 people, weighed by how likely it is.
    const [people, truth] = [60, 0.73];
    let chance = (1 - truth) ** people;
    let covered = 0;
    for (let satisfied = 0; satisfied <= people; satisfied++) {
      const { low, high } = wilson(satisfied / people, people);
      if (low <= truth && truth <= high) covered += chance;
      chance *= ((people - satisfied) / (satisfied + 1)) * (truth / (1 - truth));
    }
    expect(covered).toBeGreaterThan(0.94);
    expect(covered).toBeLessThan(0.97);
  });
});
