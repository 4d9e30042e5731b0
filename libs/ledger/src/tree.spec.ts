import fc from 'fast-check';
import { leafHash, nodeHash, type Hash } from './hash.js';
import {
  consistencyRanges,
  emptyFrontier,
  grow,
  inclusionRanges,
  joined,
  rootOf,
  subtreesOf,
  type Frontier,
  type Range,
} from './tree.js';
import { continues, includes } from './verify-proof.js';

/** As RFC 9162 defines it, without any cleverness. */
function rootByDefinition(leaves: readonly Hash[]): Hash {
  if (leaves.length < 2) return leaves[0] ?? rootOf(emptyFrontier);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)));
}

const leavesOf = (count: number): Hash[] => Array.from({ length: count }, (_, index) => leafHash(`entry ${index}`));
const grown = (leaves: readonly Hash[]): Frontier =>
  leaves.reduce<Frontier>((frontier, leaf) => grow(frontier, leaf), emptyFrontier);
const rangeRoot =
  (leaves: readonly Hash[]) =>
  (range: Range): Hash =>
    joined(
      subtreesOf(range).map(({ level, index }) =>
        rootByDefinition(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)),
      ),
    );

const sizes = fc.integer({ min: 1, max: 130 });
const sizeAndIndex = sizes.chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })));

describe('a Merkle tree', () => {
  // The vectors of the reference implementations of Certificate Transparency.
  const given = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots = new Map([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ]);

  it.each([...roots])('of the %i first published leaves has the published root', (size, root) => {
    const leaves = given.slice(0, size).map((hex) => leafHash(Buffer.from(hex, 'hex')));
    expect(rootOf(grown(leaves)).toString('hex')).toBe(root);
  });

  it('grown leaf by leaf has the root of its definition', () => {
    fc.assert(
      fc.property(sizes, (size) => rootOf(grown(leavesOf(size))).equals(rootByDefinition(leavesOf(size)))),
      { numRuns: 60 },
    );
  });

  it('tells each subtree once, when its last leaf comes', () => {
    const told: string[] = [];
    leavesOf(6).reduce<Frontier>(
      (frontier, leaf) => grow(frontier, leaf, ({ level, index }) => told.push(`${level}:${index}`)),
      emptyFrontier,
    );
    expect(told).toEqual(['0:0', '0:1', '1:0', '0:2', '0:3', '1:1', '2:0', '0:4', '0:5', '1:2']);
  });
});

describe('a proof of inclusion', () => {
  it('holds for every leaf of every tree, and for no other leaf, place or root', () => {
    fc.assert(
      fc.property(sizeAndIndex, ([size, index]) => {
        const leaves = leavesOf(size);
        const path = inclusionRanges(index, size).map(rangeRoot(leaves));
        const claim = { leaf: leaves[index]!, index, size, root: rootByDefinition(leaves), path };
        expect(includes(claim)).toBe(true);
        expect(includes({ ...claim, leaf: leafHash('another') })).toBe(false);
        expect(includes({ ...claim, root: leafHash('another') })).toBe(false);
        expect(includes({ ...claim, index: size })).toBe(false);
        if (size > 1) expect(includes({ ...claim, index: (index + 1) % size })).toBe(false);
        if (path.length > 0) expect(includes({ ...claim, path: path.slice(1) })).toBe(false);
        expect(includes({ ...claim, path: [...path, leafHash('more')] })).toBe(false);
      }),
    );
  });

  it('is not made for a leaf that is not there', () => {
    expect(() => inclusionRanges(3, 3)).toThrow('no leaf 3');
    expect(() => inclusionRanges(-1, 3)).toThrow('no leaf -1');
  });
});

describe('a proof of consistency', () => {
  const twoSizes = sizes.chain((size) => fc.tuple(fc.integer({ min: 0, max: size }), fc.constant(size)));

  it('holds between every tree and what it grew to, and not when an earlier leaf differs', () => {
    fc.assert(
      fc.property(twoSizes, ([earlier, size]) => {
        const leaves = leavesOf(size);
        const before = { size: earlier, root: rootByDefinition(leaves.slice(0, earlier)) };
        const after = { size, root: rootByDefinition(leaves) };
        const path = consistencyRanges(earlier, size).map(rangeRoot(leaves));
        expect(continues({ before, after, path })).toBe(true);
        if (earlier === 0) return;
        const changed = [leafHash('forged'), ...leaves.slice(1)];
        const forged = { size, root: rootByDefinition(changed) };
        const forgedPath = consistencyRanges(earlier, size).map(rangeRoot(changed));
        expect(continues({ before, after: forged, path: forgedPath })).toBe(false);
        expect(continues({ before, after, path: [...path, leafHash('more')] })).toBe(false);
      }),
    );
  });

  it('is not made backwards', () => {
    expect(() => consistencyRanges(4, 3)).toThrow('does not continue');
    const [small, large] = [3, 4].map((size) => ({ size, root: rootOf(grown(leavesOf(size))) }));
    expect(continues({ before: large!, after: small!, path: [] })).toBe(false);
  });
});
