import fc from 'fast-check';
import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  it('quotes what would end a cell or a line, and ends with CR and LF', () => {
    expect(csvLine(['plain', 'a,b', 'say "hi"', 'two\nlines', ''])).toBe('plain,"a,b","say ""hi""","two\nlines",\r\n');
  });

  it.each(['=1+1', '+44 20', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '\0=1', '=cmd|" /C calc"!A0'])(
    'begins no cell as a formula does: %j',
    (text) => expect(csvLine([text])).toMatch(/^"?'/),
  );

  it('leaves formula characters inside a cell alone', () => expect(csvLine(['1=1', "'a=1"])).toBe("1=1,'a=1\r\n"));

  it('reads back as what was written, but for one apostrophe before what a formula begins with', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom(...'a=+-@,;"\'\t\r\n\0 é') }), { minLength: 2 }),
        (cells) => {
          const read = readCsv(csvLine(cells)).map((cell) => cell.replace(/^'(?='*[=+\-@\t\r\n\0])/, ''));
          expect(read).toEqual(cells);
        },
      ),
    );
  });
});

/** A reader of one line that knows nothing of the writer. */
function readCsv(line: string): string[] {
  const cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let match = cell.exec(line); match; match = cell.exec(line)) {
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === '\r\n') break;
  }
  return cells;
}
