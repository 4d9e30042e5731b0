import { Problem } from '@annals/contracts';

/** Entity tag of a revision (RFC 9110 §8.8.3). */
export const etagOf = (revision: bigint) => `"${revision}"`;

const ourTag = /^"(\d{1,20})"$/;

/**
 * The revision a client saw, from `If-Match`. One strong tag of ours: a list, `*` or a weak tag cannot name a revision.
 * @throws Problem 400 `if-match-invalid`, 428 `if-match-required`
 */
export function readIfMatch(header: string | undefined, rule: 'optional' | 'required' | undefined): bigint | undefined {
  if (header === undefined) {
    if (rule === 'required') {
      throw new Problem(428, 'if-match-required', 'Send If-Match with the ETag you read, so that no change is lost');
    }
    return undefined;
  }
  const match = ourTag.exec(header.trim());
  if (!match) throw new Problem(400, 'if-match-invalid', 'If-Match is one ETag as it was read, like "7"');
  return BigInt(match[1]!);
}

/** Whether a client already has this revision. `If-None-Match` compares weakly (RFC 9110 §13.1.2). */
export function isKnown(ifNoneMatch: string | undefined, revision: bigint): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const tag = etagOf(revision);
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
