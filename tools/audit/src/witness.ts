import { Checkpoint, SignedHead } from '@annals/contracts';
import { type CheckpointBook } from './checkpoint-book.js';
import { type Fault } from './faults.js';

const RoundLine = Checkpoint.pick({ round: true, signed_at: true, note: true });

/** One object of the second place: a round, and the heads of the logs that had grown in it. */
export type WitnessDocument = AsyncIterable<unknown>;

/** Takes rounds of the second place into the book: all of them, without gaps, and of this log what they hold. */
export async function noteWitness(
  book: CheckpointBook,
  log: string | null,
  documents: AsyncIterable<WitnessDocument> | undefined,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  let expected: number | undefined;
  for await (const document of documents ?? []) {
    const round = await noteDocument(book, log, document, faults);
    if (round === null) continue;
    if (expected !== undefined && round !== expected) {
      faults.push({ kind: 'unchained', why: `the second place lacks round ${expected}` });
    }
    expected = round + 1;
  }
  return faults;
}

async function noteDocument(
  book: CheckpointBook,
  log: string | null,
  document: WitnessDocument,
  faults: Fault[],
): Promise<number | null> {
  let claimed: Pick<Checkpoint, 'round' | 'signed_at' | 'note'> | undefined;
  for await (const line of document) {
    if (!claimed) {
      const first = RoundLine.safeParse(line);
      if (!first.success) break;
      claimed = first.data;
      book.noteRound(claimed);
      continue;
    }
    const head = SignedHead.safeParse(line);
    if (!head.success)
      faults.push({ kind: 'malformed', why: `round ${claimed.round} of the second place cannot be read` });
    else if (head.data.head.log === log) book.note({ ...claimed, ...head.data });
  }
  if (!claimed) faults.push({ kind: 'malformed', why: 'an object of the second place is no round' });
  return claimed?.round ?? null;
}
