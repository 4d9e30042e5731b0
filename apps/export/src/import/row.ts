import { type ImportedMember, type RowProblem } from '@annals/contracts';

export type { RowProblem } from '@annals/contracts';

/** One person of a file. Rows count from 1, the first after a head. */
export interface ImportRow<V = ImportedMember> {
  row: number;
  value: V;
}

export const isRow = <V>(read: ImportRow<V> | RowProblem): read is ImportRow<V> => 'value' in read;
