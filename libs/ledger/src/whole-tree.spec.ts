import fc from 'fast-check';
import { leafHash } from './hash.js';
import { emptyFrontier, grow, rootOf, type Frontier } from './tree.js';
import { includes } from './verify-proof.js';
import { wholeTree } from './whole-tree.js';

const leavesOf = (count: number) => Array.from({ length: count }, (_, index) => leafHash(`leaf ${index}`));

describe('a whole tree', () => {
  it('has the root of the tree that grows, and a path for every leaf', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70 }), (size) => {
        const leaves = leavesOf(size);
        const tree = wholeTree(leaves);
        const grown = leaves.reduce<Frontier>((frontier, leaf) => grow(frontier, leaf), emptyFrontier);
        expect(tree.root).toEqual(rootOf(grown));
        leaves.forEach((leaf, index) => {
          const path = tree.path(index);
          expect(includes({ leaf, index, size, root: tree.root, path })).toBe(true);
        });
      }),
    );
  });

  it('has no path for a leaf it has not', () => {
    expect(() => wholeTree(leavesOf(3)).path(3)).toThrow('no leaf 3');
    expect(() => wholeTree([]).path(0)).toThrow('no leaf 0');
  });
});
