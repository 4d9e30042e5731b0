import { candidateOf } from './cells.js';
import { type ColumnPlan, planColumns } from './columns.js';
import { csvRecords } from './csv.js';
import type { Candidate, ReadOptions } from './options.js';
import { refusedFile } from './refused-file.js';

/**
 * Rows of a CSV file by its head or by a mapping.
 * @throws Problem 422 as `csvRecords` and `planColumns` do; `no-rows`
 */
export async function* csvCandidates(text: AsyncIterable<string>, options: ReadOptions): AsyncIterable<Candidate> {
  const { csvSafe, accountId } = options;
  let plan: ColumnPlan | undefined;
  let rows = 0;
  for await (const { row, cells } of csvRecords(text)) {
    if (!plan) {
      plan = planColumns(cells, options);
      continue;
    }
    rows++;
    yield candidateOf(row, cells, plan, { csvSafe, accountId });
  }
  if (rows === 0) throw refusedFile('no-rows', 'The file has a head and no rows');
}
