import type { ImportedMember, ImportFormat, ImportKind, ImportMapping, RowProblem } from '@annals/contracts';
import type { ImportRow } from '../row.js';

/** How a file is to be read. */
export interface ReadOptions {
  kind: ImportKind;
  format: ImportFormat;
  mapping: ImportMapping | null;
  /** Whether cells carry an apostrophe against formulas; archives of ours say so themselves. */
  csvSafe: boolean;
  /** The account into which it goes. */
  accountId: string;
}

/** Something that may become a row: what it says, or what is wrong with it before anybody looks at what it says. */
export type Candidate = { row: number; value: unknown } | { row: number; problems: RowProblem[] };

export type Read<V = ImportedMember> = ImportRow<V> | RowProblem;

/** A problem of one row. `detail` says what is wrong and never what is there. */
export const rowProblem = (row: number, field: string | null, code: string, detail: string): RowProblem => ({
  ...{ row, field, code, detail },
});
