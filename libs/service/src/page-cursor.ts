import { Problem } from '@annals/contracts';
import type { Secrets } from '../secrets.js';

/** The question that a cursor continues: another account, filter or order is another question. */
export interface CursorScope {
  accountId: string;
  filter: Readonly<Record<string, string | null>>;
}

/** Where a page ended: the value it was sorted by, and the id. */
export type PageEnd = readonly [key: string, userId: string];

const purposeOf = ({ accountId, filter }: CursorScope) => JSON.stringify(['users page', accountId, filter]);

/** Opaque text that goes on after a row. Sealed, because what people are sorted by is personal and URLs are written down. */
export const encodeCursor = (secrets: Secrets, scope: CursorScope, end: PageEnd): string =>
  secrets.seal(purposeOf(scope), JSON.stringify(end));

/** @throws Problem 400 `cursor-invalid` for one of another account, filter or order, and for what is no cursor */
export function decodeCursor(secrets: Secrets, scope: CursorScope, cursor: string): PageEnd {
  try {
    return JSON.parse(secrets.open(purposeOf(scope), cursor)) as PageEnd;
  } catch (cause) {
    throw new Problem(400, 'cursor-invalid', 'The cursor belongs to another list, account or order; start again', {
      cause,
    });
  }
}
