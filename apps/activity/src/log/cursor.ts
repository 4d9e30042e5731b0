import { createHash } from 'node:crypto';
import { Problem } from '@annals/contracts';

/** Place of a row in a log: whole numbers as text, compared from left to right. */
export type LogKey = readonly string[];

/** What a cursor belongs to: the same question asked by the same account. */
export interface CursorScope {
  accountId: string;
  /** Filters and order; absent ones do not count. */
  filter: Readonly<Record<string, unknown>>;
}

/** Opaque text that continues after `key`, of use only for the same account and filter. */
export function encodeCursor(scope: CursorScope, key: LogKey): string {
  return Buffer.from([digest(scope), ...key].join('.')).toString('base64url');
}

const form = /^([\w-]{22})((?:\.\d{1,18}){1,3})$/;

/**
 * @param parts how many numbers tell a place in this log
 * @throws Problem 400 `invalid-cursor` when it is no cursor, `foreign-cursor` when it belongs to another account or filter.
 *   Nothing depends on the digest for secrecy: rows are chosen by the caller's own account whatever the cursor says.
 */
export function decodeCursor(scope: CursorScope, cursor: string, parts: number): LogKey {
  const match = form.exec(Buffer.from(cursor, 'base64url').toString('latin1'));
  const key = match?.[2]!.slice(1).split('.');
  if (key?.length !== parts) throw new Problem(400, 'invalid-cursor', 'The cursor was not made by this list');
  if (match![1] !== digest(scope)) {
    throw new Problem(400, 'foreign-cursor', 'The cursor belongs to another account or other filters; start again');
  }
  return key;
}

function digest({ accountId, filter }: CursorScope): string {
  const asked = Object.entries(filter).filter(([, value]) => value !== undefined);
  asked.sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([accountId, asked]))
    .digest('base64url')
    .slice(0, 22);
}
