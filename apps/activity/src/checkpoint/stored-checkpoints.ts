import { type Checkpoint } from '@annals/contracts';
import { type Hash } from '@annals/ledger';
import { type Pool, tenantQuery } from '@annals/postgres';
import { signedHead } from './make-round.js';

interface Row {
  account_id: string;
  round: string;
  size: string;
  root: Hash;
  place: string;
  path: Hash[];
  signed_at: Date;
  note: string;
}

const query = (where: string) => `
  select h.account_id, h.round, h.size, h.root, h.place, h.path, r.signed_at, r.note
  from audit_heads h join audit_rounds r using (round)
  where h.account_id = $1 and ${where} order by h.round desc limit $3`;

const beforeRound = query('h.round < coalesce($2, 9223372036854775807)');
const upToRound = query('h.round <= coalesce($2, 9223372036854775807)');

/** A log's checkpoints of rounds before this one (null: all), newest first. */
export async function checkpointsBefore(
  pool: Pool,
  log: string,
  round: number | null,
  limit: number,
): Promise<Checkpoint[]> {
  return (await read(pool, log, beforeRound, round, limit)).map(checkpointOf);
}

/** Where a log stood in a round (null: the newest): its checkpoint of that round, or of the last one in which it grew. */
export async function checkpointAt(pool: Pool, log: string, round: number | null): Promise<Checkpoint | undefined> {
  return (await read(pool, log, upToRound, round, 1)).map(checkpointOf)[0];
}

async function read(pool: Pool, log: string, text: string, round: number | null, limit: number): Promise<Row[]> {
  return (await tenantQuery<Row>(pool, { accountId: log }, text, [log, round, limit])).rows;
}

function checkpointOf({ account_id, round, size, root, place, path, signed_at, note }: Row): Checkpoint {
  return {
    round: Number(round),
    signed_at: signed_at.toISOString(),
    note,
    ...signedHead({ log: account_id, size: Number(size), root, place: Number(place), path }),
  };
}
