import { Problem } from '@annals/contracts';
import type { SealedTexts } from './sealed-text.js';

/** The question that a cursor continues: another list, account, filter or order is another question. */
export interface CursorScope {
  list: string;
  accountId: string;
  filter: Readonly<Record<string, string | null>>;
}

/** Where a page ended: the value it was sorted by, and the id. */
export type PageEnd = readonly [key: string, id: string];

const purposeOf = ({ list, accountId, filter }: CursorScope) => JSON.stringify([list, accountId, filter]);

/** Opaque text that goes on after a row. Sealed, because what rows are sorted by may be personal and URLs are written down. */
export const encodeCursor = (texts: SealedTexts, scope: CursorScope, end: PageEnd): string =>
  texts.seal(purposeOf(scope), JSON.stringify(end));

/** @throws Problem 400 `cursor-invalid` for one of another list, account, filter or order, and for what is no cursor */
export function decodeCursor(texts: SealedTexts, scope: CursorScope, cursor: string): PageEnd {
  try {
    return JSON.parse(texts.open(purposeOf(scope), cursor)) as PageEnd;
  } catch (cause) {
    throw new Problem(400, 'cursor-invalid', 'The cursor belongs to another list, account or order; start again', {
      cause,
    });
  }
}
