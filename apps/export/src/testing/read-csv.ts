/** Reads CSV as RFC 4180 has it; knows nothing of the writer. */
export function readCsv(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let match = cell.exec(text); match; match = cell.exec(text)) {
    line.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === ',') continue;
    lines.push(line);
    line = [];
  }
  if (cell.lastIndex !== 0) throw new Error('no CSV');
  return lines;
}
