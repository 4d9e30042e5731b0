import fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { murmur2, partitionOf } from './partition.js';

describe('murmur2', () => {
  // From the Java client's own test, UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ])('hashes %s as the Java client does', (key, hash) => expect(murmur2(Buffer.from(key))).toBe(hash));
});

describe('partitionOf', () => {
  it("is kafkajs's own Java-compatible choice for every key", () => {
    const theirs = Partitioners.DefaultPartitioner();
    const metadata = (count: number) =>
      Array.from({ length: count }, (_, partitionId) => ({
        partitionId,
        partitionErrorCode: 0,
        leader: 1,
        replicas: [1],
        isr: [1],
      }));
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.integer({ min: 1, max: 64 }), (key, count) => {
        const chosen = theirs({ topic: 't', partitionMetadata: metadata(count), message: { key, value: null } });
        expect(partitionOf(key, count)).toBe(chosen);
      }),
    );
  });
});
