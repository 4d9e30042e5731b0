import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type WitnessDocument } from './witness.js';

/** Lines of a file as JSON, one in memory at a time; null for one that is none. */
export async function* readLines(path: string): AsyncGenerator<unknown> {
  const input = createReadStream(path);
  for await (const line of createInterface({ input, crlfDelay: Infinity })) yield parsed(line);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return null;
  }
}

/** Rounds of the second place, or of a copy of it, in their order: what lies below `rounds` in this folder. */
export async function* readWitness(folder: string): AsyncGenerator<WitnessDocument> {
  const below = join(folder, 'rounds');
  const names = await readdir(below, { recursive: true });
  for (const name of names.filter((one) => one.endsWith('.ndjson')).sort()) yield readLines(join(below, name));
}
