import type { RowProblem } from '@annals/contracts';
import { csvLine, type Response } from '@annals/service';
import { once } from 'node:events';

/** Writes the problems of an import as CSV that no spreadsheet takes for formulas, no faster than it is taken. */
export async function writeReport(problems: AsyncIterable<RowProblem[]>, res: Response): Promise<void> {
  res.write(csvLine(['row', 'field', 'code', 'detail']));
  for await (const page of problems) {
    const text = page.map(({ row, field, code, detail }) => csvLine([String(row), field ?? '', code, detail])).join('');
    if (res.destroyed) return;
    if (!res.write(text)) await Promise.race([once(res, 'drain'), once(res, 'close')]);
  }
}
