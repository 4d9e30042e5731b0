import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { fieldProblems, ImportedMember, ImportedSelf, type RowProblem } from '@annals/contracts';
import type { z } from 'zod';
import type { ImportRow } from '../row.js';
import { archiveCandidates } from './archive-candidates.js';
import { csvCandidates } from './csv-candidates.js';
import { jsonCandidates } from './json-candidates.js';
import { rowProblem, type Candidate, type Read, type ReadOptions } from './options.js';
import { headBytes, shapeOf } from './sniff.js';
import { textOf } from './text.js';

/** As many problems of one row as help somebody to put it right. */
const mostPerRow = 20;

/**
 * Reads people out of a file, row by row with flat memory; an archive alone is in memory whole, packed. Reading the same
 * file again gives the same.
 * @throws Problem 415 or 422 for a file that cannot be taken at all; rows that came before it are not to be used
 */
export async function* readRows(source: Readable, options: ReadOptions): AsyncIterable<Read> {
  const rowsByAddress = new Map<string, number>();
  for await (const read of checked(candidates(source, options), ImportedMember)) {
    if (!('value' in read)) {
      yield read;
      continue;
    }
    // A hash takes the same room for every address, and tells none.
    const address = createHash('sha256').update(read.value.email).digest('base64url').slice(0, 22);
    const first = rowsByAddress.get(address);
    if (first === undefined) {
      rowsByAddress.set(address, read.row);
      yield read;
    } else yield rowProblem(read.row, 'email', 'duplicate-email', `is the address of row ${first} already`);
  }
}

/** What a file says about the person who sends it: one row. @throws as `readRows`, and gives problems as it does */
export async function* readSelf(source: Readable, options: ReadOptions): AsyncIterable<Read<ImportedSelf>> {
  for await (const read of checked(candidates(source, options), ImportedSelf)) {
    if (read.row === 1) yield read;
    else yield rowProblem(read.row, null, 'too-many-rows', 'is one too many: about oneself there is one row');
  }
}

async function* candidates(source: Readable, options: ReadOptions): AsyncIterable<Candidate> {
  const { shape, bytes } = await sniffed(source, options);
  try {
    if (shape === 'archive') yield* archiveCandidates(await buffer(bytes), options);
    else if (shape === 'json') yield* jsonCandidates(textOf(bytes), options);
    else yield* csvCandidates(textOf(bytes), options);
  } finally {
    source.destroy();
  }
}

/** Looks at the beginning of a file and puts it back. */
async function sniffed(source: Readable, { format }: ReadOptions) {
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let head = Buffer.alloc(0);
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    head = Buffer.concat([head, next.value]);
    if (head.length >= headBytes) break;
  }
  const bytes = (async function* () {
    yield head;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  })();
  return { shape: shapeOf(head, format), bytes };
}

async function* checked<S extends z.ZodType>(
  found: AsyncIterable<Candidate>,
  schema: S,
): AsyncIterable<ImportRow<z.output<S>> | RowProblem> {
  for await (const candidate of found) {
    if ('problems' in candidate) {
      yield* candidate.problems.slice(0, mostPerRow);
      continue;
    }
    const { row, value } = candidate;
    const result = schema.safeParse(value);
    if (result.success) yield { row, value: result.data };
    else yield* problemsOf(row, result.error);
  }
}

const problemsOf = (row: number, error: z.ZodError): RowProblem[] =>
  fieldProblems(error)
    .slice(0, mostPerRow)
    .map(({ path, code, message }) => {
      const field = path === '' ? null : shownPath(path);
      return message.endsWith('received undefined')
        ? rowProblem(row, field, 'required', 'is missing')
        : rowProblem(row, field, code.replaceAll('_', '-'), message);
    });

/** Names of the contracts as they are; any other stands in a file and may be anything. */
const shownPath = (path: string): string =>
  path
    .split('.')
    .map((name) => (/^[a-z0-9][a-z0-9_]{0,39}$/.test(name) ? name : '…'))
    .join('.');
