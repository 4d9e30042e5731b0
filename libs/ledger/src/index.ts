export { emptyRoot, leafHash, nodeHash, type Hash } from './hash.js';
export {
  consistencyRanges,
  emptyFrontier,
  grow,
  inclusionRanges,
  joined,
  rootOf,
  subtreesOf,
  type Frontier,
  type Range,
  type Subtree,
} from './tree.js';
export { wholeTree, type WholeTree } from './whole-tree.js';
export { continues, includes, type Consistency, type Inclusion } from './verify-proof.js';
export { entryHash, noEntry, type Link } from './entry.js';
export {
  formatVerifier,
  openNote,
  parseVerifier,
  signNote,
  verifierOf,
  type NoteSigner,
  type NoteVerifier,
} from './note.js';
export { readSigningKey } from './signing-key.js';
export { formatRound, headLeaf, noRound, parseRound, roundHash, type Head, type Round } from './round.js';
