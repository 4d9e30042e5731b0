import { Readable } from 'node:stream';
import { importLimits } from '@annals/contracts';
import { CsvError, parse } from 'csv-parse';
import { quoted, refusedFile } from './refused-file.js';

/** Names of the columns, then the cells of each row. */
export interface CsvRecord {
  /** 0 is the head. */
  row: number;
  cells: string[];
}

/** Longest row in characters: what no row has that keeps to the other limits, and what memory can bear. */
const longestRecord = 4 * 1024 * 1024;
const longestName = 200;

/**
 * Rows of a CSV file (RFC 4180) as they come. Lines may end with CRLF or LF; empty ones are no rows.
 * @throws Problem 422 `csv-malformed`, `record-too-large`, `cell-too-large`, `too-many-columns`, `too-many-rows`,
 *   `column-duplicate`, `column-unnamed`, `delimiter-unsupported`, `header-missing`
 */
export async function* csvRecords(text: AsyncIterable<string>): AsyncIterable<CsvRecord> {
  const parser = parse({
    ...{ record_delimiter: ['\r\n', '\n'], skip_empty_lines: true, relax_column_count: true },
    max_record_size: longestRecord,
  });
  const source = Readable.from(text);
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let row = 0;
  try {
    for await (const cells of parser as AsyncIterable<string[]>) {
      if (row === 0) checkHead(cells);
      if (row > importLimits.rows) throw tooManyRows();
      checkCells(cells, row);
      yield { row, cells };
      row++;
    }
  } catch (error) {
    throw error instanceof CsvError ? malformed(error, row) : error;
  } finally {
    source.destroy();
    parser.destroy();
  }
  if (row === 0) throw refusedFile('header-missing', 'The first line names the columns; there is none');
}

export const tooManyRows = () =>
  refusedFile('too-many-rows', `A file has at most ${importLimits.rows} rows; send several`);

function checkHead(names: readonly string[]): void {
  requireColumns(names);
  if (names.length === 1 && /[;\t|]/.test(names[0]!)) {
    throw refusedFile('delimiter-unsupported', 'Separate columns by commas (RFC 4180)');
  }
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name.trim() === '' || name.length > longestName) {
      throw refusedFile(
        'column-unnamed',
        `Column ${index + 1} has no name, or one of more than ${longestName} characters`,
      );
    }
    if (seen.has(name.trim())) throw refusedFile('column-duplicate', `There are two columns ${quoted(name)}`);
    seen.add(name.trim());
  }
}

function requireColumns(cells: readonly string[]): void {
  if (cells.length > importLimits.columns) {
    throw refusedFile('too-many-columns', `A file has at most ${importLimits.columns} columns`);
  }
}

function checkCells(cells: readonly string[], row: number): void {
  requireColumns(cells);
  const index = cells.findIndex(isTooLarge);
  if (index < 0) return;
  throw refusedFile('cell-too-large', `Row ${row}, column ${index + 1}: more than ${importLimits.cellBytes} bytes`);
}

/** Most cells are far from the limit, and counting bytes is dear. */
export const isTooLarge = (text: string): boolean =>
  text.length * 3 > importLimits.cellBytes && Buffer.byteLength(text) > importLimits.cellBytes;

function malformed(error: CsvError, row: number) {
  if (error.code === 'CSV_MAX_RECORD_SIZE') {
    const detail = `Row ${row} is longer than ${longestRecord} characters, or a quote in it is never closed`;
    return refusedFile('record-too-large', detail, error);
  }
  const why = error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'a quote is never closed' : 'quotes stand where none may stand';
  return refusedFile('csv-malformed', `Row ${row} is no row of CSV: ${why} (RFC 4180)`, error);
}
