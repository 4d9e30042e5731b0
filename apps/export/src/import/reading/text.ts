import { refusedFile } from './refused-file.js';

/**
 * The text of a file. A byte order mark at its beginning is taken away, as spreadsheets write one.
 * @throws Problem 422 `encoding-invalid`, `nul-character`
 */
export async function* textOf(bytes: AsyncIterable<Buffer>): AsyncIterable<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const chunk of bytes) {
    const text = decoded(() => decoder.decode(chunk, { stream: true }));
    if (text.includes('\0')) throw refusedFile('nul-character', 'The file holds NUL characters: it is no text');
    if (text) yield text;
  }
  const rest = decoded(() => decoder.decode());
  if (rest) yield rest;
}

function decoded(decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    throw refusedFile('encoding-invalid', 'The file is not UTF-8; save it as UTF-8', error);
  }
}
