import { type NoteSigner } from '@annals/ledger';
import { notify, type Pool, setTenant, type Sql, type Tx, withTransaction } from '@annals/postgres';
import { assertContinued, assertStanding } from './continuity.js';
import { documentOf, makeRound, type GrownHead, type LastRound, type SignedRound } from './make-round.js';
import { readStandings } from './standings.js';

/** Channel on which a signed round is told, with its number. */
export const signedChannel = 'annals_audit_signed';

export interface SignRound {
  signer: NoteSigner;
  now: Date;
  /** Compute again what was signed of the logs that grew, and do not only look at sizes. */
  thorough: boolean;
}

/**
 * Signs and stores one round. Two processes that sign at once make the same number, and only one can store it.
 * @throws SignedPastLost when what is there does not continue what was signed
 */
export async function signRound(pool: Pool, { thorough, ...signing }: SignRound): Promise<SignedRound> {
  const last = await lastRound(pool);
  const standings = await readStandings(pool);
  if (thorough) await assertContinued(pool, standings);
  else assertStanding(standings);
  const signed = makeRound(standings, last, signing);
  await withTransaction(pool, (tx) => store(tx, signed));
  return signed;
}

/** The newest round; null before the first. */
export async function lastRound(sql: Sql): Promise<LastRound | null> {
  const { rows } = await sql.query<{ round: string; signed_at: Date; hash: Buffer; entries: string }>(
    'select round, signed_at, hash, entries from audit_rounds order by round desc limit 1',
    [],
  );
  const row = rows[0];
  return row
    ? { round: Number(row.round), signedAt: row.signed_at, hash: row.hash, entries: Number(row.entries) }
    : null;
}

async function store(tx: Tx, signed: SignedRound): Promise<void> {
  const { round, signedAt, note, hash, entries, grown } = signed;
  await Promise.all([
    tx.query('insert into audit_rounds (round, signed_at, note, hash, entries) values ($1, $2, $3, $4, $5)', [
      ...[round, signedAt, note, hash, entries],
    ]),
    tx.query('insert into unwitnessed_rounds (round, document) values ($1, $2)', [round, documentOf(signed)]),
    storeNewest(tx, grown),
    // Each in the scope of its account, all sent together.
    ...grown.flatMap((head) => [setTenant(tx, head.log), storeHead(tx, round, head)]),
    setTenant(tx, null),
    notify(tx, signedChannel, String(round)),
  ]);
}

async function storeNewest(tx: Tx, grown: readonly GrownHead[]): Promise<void> {
  await tx.query(
    `insert into signed_heads (log, size, root)
     select * from unnest($1::uuid[], $2::bigint[], $3::bytea[])
     on conflict (log) do update set size = excluded.size, root = excluded.root`,
    [grown.map(({ log }) => log), grown.map(({ size }) => size), grown.map(({ root }) => root)],
  );
}

async function storeHead(tx: Tx, round: number, { log, size, root, place, path }: GrownHead): Promise<void> {
  await tx.query(
    'insert into audit_heads (account_id, round, size, root, place, path) values ($1, $2, $3, $4, $5, $6)',
    [log, round, size, root, place, path],
  );
}
