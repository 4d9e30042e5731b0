import { emptyRoot, nodeHash, type Hash } from './hash.js';

/** A complete subtree: of level 0 it is one leaf, of level `n` it covers the 2ⁿ leaves from `index · 2ⁿ` on. */
export interface Subtree {
  level: number;
  index: number;
}

/** Leaves from `start` up to, but without, `end`. */
export interface Range {
  start: number;
  end: number;
}

/** What a tree must keep to grow and to tell its root: the hashes of its complete subtrees, leftmost first. */
export interface Frontier {
  size: number;
  peaks: readonly Hash[];
}

export const emptyFrontier: Frontier = { size: 0, peaks: [] };

/**
 * The frontier with one leaf more.
 * @param completed told each subtree that the leaf completes, the leaf itself first
 */
export function grow(
  { size, peaks }: Frontier,
  leaf: Hash,
  completed?: (subtree: Subtree, hash: Hash) => void,
): Frontier {
  const next = [...peaks];
  let hash = leaf;
  let index = size;
  completed?.({ level: 0, index }, hash);
  for (let level = 1; index % 2 === 1; level++) {
    hash = nodeHash(next.pop()!, hash);
    index = (index - 1) / 2;
    completed?.({ level, index }, hash);
  }
  next.push(hash);
  return { size: size + 1, peaks: next };
}

/** Root of the whole tree. */
export const rootOf = ({ peaks }: Frontier): Hash => (peaks.length === 0 ? emptyRoot : joined(peaks));

/** Root over neighbouring complete subtrees, the larger ones left, as `subtreesOf` lists them. */
export function joined(hashes: readonly Hash[]): Hash {
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The complete subtrees that make up a range of a proof, left to right. */
export function subtreesOf({ start, end }: Range): Subtree[] {
  const found: Subtree[] = [];
  for (let at = start; at < end;) {
    let level = 0;
    let width = 1;
    while (at % (width * 2) === 0 && at + width * 2 <= end) {
      width *= 2;
      level += 1;
    }
    found.push({ level, index: at / width });
    at += width;
  }
  return found;
}

/**
 * Ranges whose roots prove that leaf `index` is in the tree of this size, nearest first (RFC 9162 §2.1.3.1).
 * @throws RangeError when the tree has no such leaf
 */
export function inclusionRanges(index: number, size: number): Range[] {
  if (index < 0 || index >= size) throw new RangeError(`A tree of ${size} leaves has no leaf ${index}`);
  const path: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const split = start + leftWidth(end - start);
    if (index < split) {
      path.unshift({ start: split, end });
      end = split;
    } else {
      path.unshift({ start, end: split });
      start = split;
    }
  }
  return path;
}

/**
 * Ranges whose roots prove that the tree of `size` continues that of `before` (RFC 9162 §2.1.4.1).
 * @throws RangeError when `before` is larger
 */
export function consistencyRanges(before: number, size: number): Range[] {
  if (before < 0 || before > size) throw new RangeError(`A tree of ${size} leaves does not continue one of ${before}`);
  if (before === 0 || before === size) return [];
  const path: Range[] = [];
  let [start, end] = [0, size];
  // Until the earlier tree's right edge is the edge of a subtree of the later one.
  while (before !== end) {
    const split = start + leftWidth(end - start);
    if (before <= split) {
      path.unshift({ start: split, end });
      end = split;
    } else {
      path.unshift({ start, end: split });
      start = split;
    }
  }
  // The earlier root itself is known to whoever asks.
  return start === 0 ? path : [{ start, end }, ...path];
}

/** The largest power of two below `width`. */
function leftWidth(width: number): number {
  let power = 1;
  while (power * 2 < width) power *= 2;
  return power;
}
