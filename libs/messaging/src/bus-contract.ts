import { afterAll, afterEach, beforeAll, beforeEach, describe } from '@jest/globals';
import { deliveryContract } from './contract/delivery.js';
import { createBench, type Bench, type BusFixture } from './contract/fixture.js';
import { groupContract } from './contract/groups.js';
import { publishingContract } from './contract/publishing.js';

export { type BusFixture } from './contract/fixture.js';

/** The one suite that every engine of the bus passes. Names follow Watermill's suite for the same purpose where it has them. */
export function busContract(name: string, start: () => Promise<BusFixture>): void {
  describe(`${name} as a bus`, () => {
    let fixture: BusFixture | undefined;
    let bench: Bench;
    beforeAll(async () => {
      fixture = await start();
    }, 120_000);
    afterAll(() => fixture?.dispose(), 30_000);
    beforeEach(() => {
      bench = createBench(fixture!);
    });
    afterEach(() => bench.close());

    publishingContract(() => bench);
    deliveryContract(() => bench);
    groupContract(() => bench);
  });
}
