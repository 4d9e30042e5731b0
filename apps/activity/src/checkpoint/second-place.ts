import { ObjectTooLarge, type Objects } from '@annals/objects';
import { type Pool } from '@annals/postgres';

/** Rounds of one folder in the second place. */
const perFolder = 10_000;
/** Rounds that one turn brings at most. */
const perTurn = 100;

/** Name of a round's object: written once and never again. */
export function objectOf(round: number): string {
  return `rounds/${padded(Math.floor(round / perFolder))}/${padded(round)}.ndjson`;
}

const padded = (value: number): string => String(value).padStart(12, '0');

/** The second place holds another round of this number: somebody signed two pasts, or this database lost one. */
export class OtherRoundWitnessed extends Error {
  constructor(readonly round: number) {
    super(`Nothing is signed: the second place has another round ${round} than this database`);
    this.name = 'OtherRoundWitnessed';
  }
}

/**
 * Brings rounds to the second place, oldest first, and strikes each off when it is there.
 * @returns how many are left
 * @throws Problem 503 `object-store-unavailable`: what is left comes the next time
 * @throws OtherRoundWitnessed and leaves that object as it is
 */
export async function bringRounds(pool: Pool, place: Objects): Promise<number> {
  const { rows } = await pool.query<{ round: string; document: string; waiting: string }>(
    'select round, document, count(*) over () as waiting from unwitnessed_rounds order by round limit $1',
    [perTurn],
  );
  for (const { round, document } of rows) {
    await bring(place, Number(round), Buffer.from(document, 'utf8'));
    await pool.query('delete from unwitnessed_rounds where round = $1', [round]);
  }
  return rows.length === 0 ? 0 : Number(rows[0]!.waiting) - rows.length;
}

async function bring(place: Objects, round: number, document: Buffer): Promise<void> {
  const name = objectOf(round);
  if (!(await place.exists(name))) return place.put(name, document);
  // A turn that ended between the two writes left it there already.
  const there = await place.get(name, document.length).catch(otherwise(round));
  if (!there.equals(document)) throw new OtherRoundWitnessed(round);
}

/** A larger object is another one. */
const otherwise =
  (round: number) =>
  (error: unknown): never => {
    throw error instanceof ObjectTooLarge ? new OtherRoundWitnessed(round) : error;
  };

/**
 * Before a process signs for the first time: the second place must not know of a round that comes after all of ours.
 * @throws OtherRoundWitnessed when the database is older than what was signed, as after a restored copy
 */
export async function assertNewestKnown(place: Objects, lastRound: number): Promise<void> {
  if (await place.exists(objectOf(lastRound + 1))) throw new OtherRoundWitnessed(lastRound + 1);
}
