/**
 * What a spreadsheet takes for the beginning of a formula, or drops to find one behind it (OWASP ASVS 5.0, 1.2.10); with
 * apostrophes before it, so that taking one off again gives what was written.
 */
const formula = /^'*[=+\-@\t\r\n\0]/;

/**
 * One line of CSV (RFC 4180). A cell that a spreadsheet would run gets an apostrophe in front, which whoever reads it
 * back has to take off again: exactly one.
 */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(text: string): string {
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
