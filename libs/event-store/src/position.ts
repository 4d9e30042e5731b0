import { Problem } from '@annals/contracts';

/** Where an event lies in the store's one order of everything. Opaque: compare and keep, never calculate with it. */
export interface Position {
  commit: bigint;
  prepare: bigint;
}

/**
 * What a write hands to its client: "a reader that has passed this position has seen it". It names the category, so
 * that a reader which does not follow that category need not wait.
 */
export interface PositionToken {
  category: string;
  position: Position;
}

const positionText = /^(\d{1,20})-(\d{1,20})$/;
const tokenText = /^(\d{1,20}-\d{1,20})@([a-z][a-z0-9_]*)$/;
const mostTokens = 32;

/** `commit-prepare` in decimal digits, the form of headers and columns. */
export function encodePosition(position: Position): string {
  return `${position.commit}-${position.prepare}`;
}

/** @throws Problem 400 `invalid-position` */
export function decodePosition(text: string): Position {
  const match = positionText.exec(text);
  if (!match) throw new Problem(400, 'invalid-position', 'A position has the form "commit-prepare" in decimal digits');
  return { commit: BigInt(match[1]!), prepare: BigInt(match[2]!) };
}

/** Order in `$all`: by commit position, then by prepare position. */
export function comparePositions(a: Position, b: Position): -1 | 0 | 1 {
  if (a.commit !== b.commit) return a.commit < b.commit ? -1 : 1;
  if (a.prepare !== b.prepare) return a.prepare < b.prepare ? -1 : 1;
  return 0;
}

/** `1234-1234@profile`, several joined by commas: the value of the position headers. */
export function encodeTokens(tokens: readonly PositionToken[]): string {
  return tokens.map((token) => `${encodePosition(token.position)}@${token.category}`).join(',');
}

/** @throws Problem 400 `invalid-position`, also for more than 32 tokens */
export function decodeTokens(header: string): PositionToken[] {
  const parts = header.split(',').map((part) => part.trim());
  if (parts.length > mostTokens) {
    throw new Problem(400, 'invalid-position', `A position header names at most ${mostTokens} positions`);
  }
  return parts.map((part) => {
    const match = tokenText.exec(part);
    if (!match) throw new Problem(400, 'invalid-position', 'A position token has the form "commit-prepare@category"');
    return { position: decodePosition(match[1]!), category: match[2]! };
  });
}
