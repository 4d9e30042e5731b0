import { Checkpoint } from '@annals/contracts';
import { continues, rootOf, type Frontier, type NoteVerifier } from '@annals/ledger';
import { z } from 'zod';
import { checkpointBook, type CheckpointBook } from './checkpoint-book.js';
import { type Fault } from './faults.js';
import { walkEntries, type EntryCheck, type EntryLine, type Lines, type Walk } from './walk-entries.js';
import { noteWitness, type WitnessDocument } from './witness.js';

/** What there is to verify, as parsed lines. Everything is taken as a stream. */
export interface Evidence {
  export: AsyncIterable<unknown>;
  /** Checkpoints from elsewhere, such as earlier answers of the API. */
  checkpoints?: AsyncIterable<unknown>;
  /** Rounds from the second place, in their order. */
  witness?: AsyncIterable<WitnessDocument>;
  verifiers: readonly NoteVerifier[];
  /** Whose log it has to be; the one of the first entry unless said. */
  log?: string;
  /** Whether a part of a log, that says of itself to be one, is enough. */
  part?: boolean;
  /** What is looked at in each entry; everything unless said. */
  checks?: readonly EntryCheck[];
}

export interface Verdict {
  log: string | null;
  /** First entry of the export. */
  from: number;
  /** Behind the last entry that was looked at. */
  to: number;
  /** Entries before this place are what was signed. */
  proven: number;
  /** Largest signed size of the log that is known. */
  signed: number;
  rounds: number;
  /** Whether there were readable values, which no hash covers. */
  opened: boolean;
  /** Entries of which there is only the hash. */
  gone: number;
  /** Nothing: all is well. The first bad entry comes first. */
  faults: Fault[];
}

const Before = z.strictObject({
  before: z.strictObject({ size: z.number().int().positive(), peaks: z.array(z.string()) }),
});
const Trailer = z.strictObject({
  checkpoint: Checkpoint.nullable(),
  size: z.number().int().nonnegative(),
  path: z.array(z.string()),
});
type Trailer = z.infer<typeof Trailer>;

/**
 * Verifies an export offline: every hash, every link, and that the whole is what was signed. Needs as much memory for a
 * million entries as for one.
 */
export async function verifyExport(evidence: Evidence): Promise<Verdict> {
  const lines = peekable(evidence.export);
  const first = await lines.peek();
  const part = Before.safeParse(first);
  const before: Frontier | undefined = part.success
    ? { size: part.data.before.size, peaks: part.data.before.peaks.map(bytes) }
    : undefined;
  if (before) await lines.next();
  const head = (await lines.peek()) as Partial<EntryLine> | null | undefined;
  const log = evidence.log ?? (typeof head?.account_id === 'string' ? head.account_id : null);
  const book = checkpointBook(log ?? trailerLog(head), evidence.verifiers);
  const faults: Fault[] = [];
  for await (const line of evidence.checkpoints ?? []) noteLine(book, line, faults);
  faults.push(...(await noteWitness(book, log, evidence.witness)));
  const rootAt = (size: number) => book.rootAt(size);
  const { checks } = evidence;
  const walk = await walkEntries(lines, {
    log: log ?? '',
    rootAt,
    ...(before && { before }),
    ...(checks && { checks }),
  });
  const from = before?.size ?? 0;
  const to = walk.frontier.size;
  let { proven } = walk;
  if (walk.fault) faults.unshift(walk.fault);
  else {
    const trailer = Trailer.safeParse(walk.trailer);
    const covered = trailer.data?.checkpoint ? book.note(trailer.data.checkpoint) : false;
    const fault = endFault(trailer, walk.trailer, walk);
    if (fault) faults.unshift(fault);
    else if (covered) proven = to;
    if (!fault && (await lines.next()).done !== true) {
      faults.unshift({ kind: 'malformed', seq: to, why: 'there is something behind the last line' });
    }
    if (!fault && !evidence.part) faults.push(...incomplete(from, walk, book.newestSize()));
  }
  faults.push(...book.faults());
  // Two signed truths explain whatever else is wrong.
  faults.sort((a, b) => Number(b.kind === 'split') - Number(a.kind === 'split'));
  return {
    ...{ log, from, to, proven, faults },
    ...{
      signed: book.newestSize(),
      rounds: book.rounds(),
      opened: head?.opened !== undefined,
      gone: walk.gone.count,
    },
  };
}

/** The last line says with which checkpoint the export ends, and that checkpoint has to have these entries. */
function endFault(trailer: z.ZodSafeParseResult<Trailer>, line: unknown, { frontier, proven }: Walk): Fault | null {
  const { size } = frontier;
  // Nothing says where it was cut, or whether something before was left out: what a checkpoint covers is all that is sure.
  const range = { seq: proven, through: size };
  if (!trailer.success) {
    if (line !== undefined) return { kind: 'malformed', ...range, why: 'a line is no entry' };
    return { kind: 'truncated', ...range, why: 'the last line is not there: the export was cut off' };
  }
  const { checkpoint, path } = trailer.data;
  if (trailer.data.size !== size) {
    return { kind: 'truncated', ...range, why: `there are ${size} entries where ${trailer.data.size} were` };
  }
  if (!checkpoint) return size === 0 ? null : { kind: 'truncated', ...range, why: 'no checkpoint covers this' };
  const after = { size: checkpoint.head.size, root: bytes(checkpoint.head.root) };
  const holds = continues({ before: { size, root: rootOf(frontier) }, after, path: path.map(bytes) });
  return holds ? null : rewrittenTail(proven, size);
}

const rewrittenTail = (proven: number, size: number): Fault => ({
  ...{ kind: 'rewritten', seq: proven, through: Math.max(proven, size - 1) },
  why: `the ${size} entries are not those of the checkpoint at the end`,
});

function incomplete(from: number, { frontier, gone }: Walk, signed: number): Fault[] {
  const to = frontier.size;
  const faults: Fault[] = [];
  if (from > 0) faults.push({ kind: 'truncated', seq: 0, why: `the first ${from} entries are not in the export` });
  if (gone.count > 0)
    faults.push({ kind: 'gone', seq: gone.first, why: `of ${gone.count} entries there is only the hash` });
  if (to < signed) {
    faults.push({ kind: 'truncated', seq: to, why: `${signed} entries are signed, and the export ends after ${to}` });
  }
  return faults;
}

function noteLine(book: CheckpointBook, line: unknown, faults: Fault[]): void {
  const checkpoint = Checkpoint.safeParse(line);
  if (checkpoint.success) book.note(checkpoint.data);
  else faults.push({ kind: 'malformed', why: 'a line of the checkpoints is no checkpoint' });
}

/** An export without entries names its log in its last line. */
const trailerLog = (line: unknown): string => Trailer.safeParse(line).data?.checkpoint?.head.log ?? '';

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');

/** Lines of which the next one can be looked at before it is taken. */
function peekable(lines: AsyncIterable<unknown>): Lines & { peek(): Promise<unknown> } {
  const iterator: Lines = lines[Symbol.asyncIterator]();
  let ahead: Promise<IteratorResult<unknown, unknown>> | undefined;
  return {
    next: () => {
      const taken = ahead ?? iterator.next();
      ahead = undefined;
      return taken;
    },
    async peek() {
      ahead ??= iterator.next();
      const step = await ahead;
      return step.done ? undefined : step.value;
    },
  };
}
