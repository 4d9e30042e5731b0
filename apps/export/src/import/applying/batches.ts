import { rowsPerCall } from '@annals/contracts';
import { isRow, type ImportRow, type RowProblem } from '../row.js';

/** Of JSON, in characters: less than what the services take in one body, whatever script it is in. */
const mostText = 1_500_000;

/**
 * The rows after `from`, in batches of what one call takes. Rows with problems are in none: whoever validated the file has
 * reported them.
 */
export async function* batchesOf<V>(
  rows: AsyncIterable<ImportRow<V> | RowProblem>,
  from: number,
): AsyncGenerator<ImportRow<V>[]> {
  let batch: ImportRow<V>[] = [];
  let text = 0;
  for await (const read of rows) {
    if (!isRow(read) || read.row <= from) continue;
    const length = JSON.stringify(read).length;
    if (batch.length === rowsPerCall || (batch.length > 0 && text + length > mostText)) {
      yield batch;
      [batch, text] = [[], 0];
    }
    batch.push(read);
    text += length;
  }
  if (batch.length > 0) yield batch;
}
