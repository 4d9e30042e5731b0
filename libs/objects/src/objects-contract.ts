import { afterAll, beforeAll, describe } from '@jest/globals';
import { bytesContract } from './contract/bytes.js';
import type { ObjectsFixture } from './contract/fixture.js';
import { prefixContract } from './contract/prefixes.js';
import { streamContract } from './contract/streams.js';

export { type ObjectsFixture } from './contract/fixture.js';

/** The one suite that every store of objects passes. */
export function objectsContract(name: string, start: () => Promise<ObjectsFixture>): void {
  describe(`${name} as a store of objects`, () => {
    let fixture: ObjectsFixture | undefined;
    beforeAll(async () => {
      fixture = await start();
    }, 120_000);
    afterAll(() => fixture?.dispose(), 30_000);

    bytesContract(() => fixture!);
    streamContract(() => fixture!);
    prefixContract(() => fixture!);
  });
}
