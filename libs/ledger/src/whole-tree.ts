import { emptyRoot, nodeHash, type Hash } from './hash.js';

/** A tree whose leaves are all in memory, for one that is made anew each time. */
export interface WholeTree {
  size: number;
  root: Hash;
  /**
   * Path from leaf `index` to the root, as `includes` takes it.
   * @throws RangeError when the tree has no such leaf
   */
  path(index: number): Hash[];
}

/** The tree over these leaves (RFC 9162 §2.1.1), built level by level: a last node without a neighbour moves up as it is. */
export function wholeTree(leaves: readonly Hash[]): WholeTree {
  const levels: (readonly Hash[])[] = [leaves];
  for (let below = leaves; below.length > 1; below = levels.at(-1)!) levels.push(levelAbove(below));
  return {
    size: leaves.length,
    root: levels.at(-1)![0] ?? emptyRoot,
    path(index) {
      if (index < 0 || index >= leaves.length) {
        throw new RangeError(`A tree of ${leaves.length} leaves has no leaf ${index}`);
      }
      const path: Hash[] = [];
      let at = index;
      for (const level of levels) {
        const neighbour = level[at % 2 === 0 ? at + 1 : at - 1];
        if (neighbour) path.push(neighbour);
        at = Math.floor(at / 2);
      }
      return path;
    },
  };
}

function levelAbove(below: readonly Hash[]): Hash[] {
  const above: Hash[] = [];
  for (let left = 0; left < below.length; left += 2) {
    const right = below[left + 1];
    above.push(right ? nodeHash(below[left]!, right) : below[left]!);
  }
  return above;
}
