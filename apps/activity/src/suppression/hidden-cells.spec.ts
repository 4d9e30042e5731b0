import fc from 'fast-check';
import { fewestPeople, hiddenCells, hiddenSharing } from './hidden-cells.js';

describe('parts of a whole', () => {
  it.each([
    [[10, 20, 30], [false, false, false], false],
    [[10, 0, 30], [false, false, false], false],
    // One hidden part would be the whole less the others.
    [[10, 4, 30], [true, true, false], false],
    [[1, 2, 30, 6], [true, true, false, true], false],
    [[2, 4, 30], [true, true, false], false],
    [[3, 0, 0], [true, false, false], true],
    [[1, 2], [true, true], true],
    [[], [], false],
  ])('%j hide %j', (people, hidden, wholeToo) => expect(hiddenCells(people)).toEqual({ hidden, wholeToo }));

  it('never leave one to be found by subtraction', () =>
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 12 }), { maxLength: 8 }), (people) => {
        const { hidden, wholeToo } = hiddenCells(people);
        for (const [index, count] of people.entries()) {
          if (!hidden[index]) expect(count === 0 || count >= fewestPeople).toBe(true);
        }
        const kept = people.filter((_, index) => hidden[index]);
        if (!wholeToo && kept.length > 0) {
          expect(kept.length).toBeGreaterThan(1);
          expect(kept.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(fewestPeople);
        }
      }),
    ));
});

describe('parts of a whole that may share people', () => {
  it.each([
    [
      [10, 20, 0],
      [false, false, false],
    ],
    [
      [10, 4, 30],
      [true, true, false],
    ],
    [
      [1, 2, 30, 6, 6],
      [true, true, false, true, false],
    ],
    [
      [3, 0, 4],
      [true, false, true],
    ],
    [[], []],
  ])('%j hide %j', (people, hidden) => expect(hiddenSharing(people)).toEqual(hidden));
});
