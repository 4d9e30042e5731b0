import { z } from 'zod';

/** 32 bytes of SHA-256, in hex. */
export const HashHex = z.string().regex(/^[0-9a-f]{64}$/);

/** Where one log stood: how many entries, and the root of the Merkle tree over their hashes (RFC 9162 §2.1.1). */
export const LogHead = z.object({
  /** Id of the account whose log it is; the nil UUID for the log of no account. */
  log: z.uuid(),
  size: z.number().int().nonnegative(),
  root: HashHex,
});
export type LogHead = z.infer<typeof LogHead>;

/** A head and what shows that a round has it: a round signs where all logs stood, in one tree. */
export const SignedHead = z.object({
  head: LogHead,
  /** Place of the head's leaf in the tree of the round, whose number of leaves the note tells. */
  place: z.number().int().nonnegative(),
  /** From the head's leaf to the root of the round, nearest first (RFC 9162 §2.1.3). */
  path: z.array(HashHex),
});
export type SignedHead = z.infer<typeof SignedHead>;

/** Where the log of one account stood in a signed round, with everything that is needed to verify it. */
export const Checkpoint = SignedHead.extend({
  round: z.number().int().positive(),
  signed_at: z.iso.datetime(),
  /** The round as it was signed: a checkpoint in a signed note (C2SP tlog-checkpoint, signed-note). */
  note: z.string(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** A key on one line, `name+id+key`, by which notes are verified (C2SP signed-note). */
export const verifierKey = z.string();
