import { nodeHash, type Hash } from './hash.js';

export interface Inclusion {
  leaf: Hash;
  index: number;
  size: number;
  root: Hash;
  path: readonly Hash[];
}

/** Whether the leaf stands at `index` in the tree of this size and root (RFC 9162 §2.1.3.2). */
export function includes({ leaf, index, size, root, path }: Inclusion): boolean {
  if (index < 0 || index >= size) return false;
  let [node, last] = [index, size - 1];
  let hash = leaf;
  for (const other of path) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(other, hash);
      [node, last] = upToRight(node, last);
    } else {
      hash = nodeHash(hash, other);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && hash.equals(root);
}

export interface Consistency {
  before: { size: number; root: Hash };
  after: { size: number; root: Hash };
  path: readonly Hash[];
}

/** Whether the later tree begins with all leaves of the earlier one, in order (RFC 9162 §2.1.4.2). */
export function continues({ before, after, path }: Consistency): boolean {
  if (before.size > after.size) return false;
  if (before.size === after.size) return path.length === 0 && before.root.equals(after.root);
  if (before.size === 0) return path.length === 0;
  const given = isPowerOfTwo(before.size) ? [before.root, ...path] : path;
  const [first, ...rest] = given;
  if (!first) return false;
  let [node, last] = [before.size - 1, after.size - 1];
  while (node % 2 === 1) [node, last] = [half(node), half(last)];
  let [earlier, later] = [first, first];
  for (const other of rest) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      [earlier, later] = [nodeHash(other, earlier), nodeHash(other, later)];
      [node, last] = upToRight(node, last);
    } else {
      later = nodeHash(later, other);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && earlier.equals(before.root) && later.equals(after.root);
}

/** Skips the levels at which a node on the right edge has no sibling. */
function upToRight(node: number, last: number): [number, number] {
  let [up, edge] = [node, last];
  while (up % 2 === 0 && up !== 0) [up, edge] = [half(up), half(edge)];
  return [up, edge];
}

/** Not by shifting: that would cut a size to 32 bits. */
const half = (value: number): number => Math.floor(value / 2);

function isPowerOfTwo(value: number): boolean {
  let power = 1;
  while (power < value) power *= 2;
  return power === value;
}
