import { createHash } from 'node:crypto';
import { Problem } from '@annals/contracts';

/**
 * Entity tag of a revision (RFC 9110 §8.8.3). What is also made of something else has another tag with each revision of
 * that: else a client would keep what is no longer so.
 */
export const etagOf = (revision: bigint, besides?: bigint | null) =>
  besides == null ? `"${revision}"` : `"${revision}.${besides}"`;

/** Entity tag of what an answer says, where the revision of its source would tell of more than it shows. */
export const contentTag = (body: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)}"`;

const ourTag = /^"(\d{1,20})(?:\.\d{1,20})?"$/;

/**
 * The revision a client saw, from `If-Match`. One strong tag of ours: a list, `*` or a weak tag cannot name a revision.
 * A write changes the resource alone, so the revision of what it was shown with does not count.
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

/** Whether a client already has what this tag stands for. `If-None-Match` compares weakly (RFC 9110 §13.1.2). */
export function isKnown(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === tag);
}
