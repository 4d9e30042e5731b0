import { randomBytes } from 'node:crypto';
import type { Sql } from '@annals/postgres';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { seedBytes } from './totp.js';

/** How long a seed waits for its first code. */
const patienceMs = 10 * 60_000;

export interface TotpSeed {
  factor_id: string;
  seed: Buffer;
  last_step: number;
  /** The command whose code that was, and the keyed hash of its body. */
  used_by: string | null;
  used_with: string | null;
  /** Until when it waits to be confirmed; null from then on. */
  expires_at: Date | null;
}

interface Row {
  factor_id: string;
  user_id: string;
  sealed_seed: string;
  last_step: string;
  used_by: string | null;
  used_with: string | null;
  expires_at: Date | null;
}

const columns = 'factor_id, user_id, sealed_seed, last_step, used_by, used_with, expires_at';
/** Sealed for one person and one factor: moved to another row it does not open. */
const purposeOf = (row: { user_id: string; factor_id: string }) => `totp seed ${row.user_id} ${row.factor_id}`;

const opened = ({ secrets }: Identity, row: Row | undefined): TotpSeed | null =>
  row
    ? {
        factor_id: row.factor_id,
        seed: Buffer.from(secrets.open(purposeOf(row), row.sealed_seed), 'base64url'),
        ...{ last_step: Number(row.last_step), used_by: row.used_by, used_with: row.used_with },
        expires_at: row.expires_at,
      }
    : null;

/** Makes the seed of a factor that waits to be confirmed. Repeating it gives the same one. */
export async function makeSeed(
  identity: Identity,
  factor: { user_id: string; factor_id: string },
  now: string,
): Promise<TotpSeed> {
  const { pool, secrets } = identity;
  const seed = randomBytes(seedBytes).toString('base64url');
  await pool.query(
    `insert into totp_seeds (factor_id, user_id, sealed_seed, created_at, expires_at) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [
      ...[factor.factor_id, factor.user_id, secrets.seal(purposeOf(factor), seed)],
      ...[now, new Date(Date.parse(now) + patienceMs)],
    ],
  );
  return (await seedOf(identity, factor.factor_id))!;
}

export async function seedOf(identity: Identity, factorId: string): Promise<TotpSeed | null> {
  const { rows } = await identity.pool.query<Row>(`select ${columns} from totp_seeds where factor_id = $1`, [factorId]);
  return opened(identity, rows[0]);
}

/** The seed that waits for a person's first code: the latest, or the one that this command has confirmed already. */
export async function seedToConfirm(
  identity: Identity,
  userId: string,
  { commandId, now }: { commandId: string; now: string },
): Promise<TotpSeed | null> {
  const { rows } = await identity.pool.query<Row>(
    `select ${columns} from totp_seeds where user_id = $1 and (confirmed_by = $2 or expires_at > $3)
     order by confirmed_by = $2 desc nulls last, created_at desc limit 1`,
    [userId, commandId, now],
  );
  return opened(identity, rows[0]);
}

/**
 * Notes that the code of a step was accepted. False when that one or a later one was before: of parallel uses one wins.
 * The command that used it may send it again, with the same body.
 */
export async function acceptStep(
  sql: Sql,
  { factor_id, step }: { factor_id: string; step: number },
  { commandId, commandHash }: Asking,
): Promise<boolean> {
  const { rowCount } = await sql.query(
    `update totp_seeds set last_step = $2, used_by = $3, used_with = $4 where factor_id = $1
       and (last_step < $2::bigint or (last_step = $2::bigint and used_by = $3 and used_with = $4))`,
    [factor_id, step, commandId, commandHash ?? null],
  );
  return rowCount === 1;
}

/** Keeps a seed whose first code came. False when another command did so. */
export async function keepSeed(sql: Sql, factorId: string, commandId: string): Promise<boolean> {
  const { rowCount } = await sql.query(
    'update totp_seeds set expires_at = null, confirmed_by = $2 where factor_id = $1 and confirmed_by is null',
    [factorId, commandId],
  );
  return rowCount === 1;
}

/** Deletes the seed of a factor that ended; one that its id was given to again, by the same key, is another one. */
export async function forgetSeed(sql: Sql, factorId: string, endedAt: string): Promise<void> {
  await sql.query('delete from totp_seeds where factor_id = $1 and created_at <= $2', [factorId, endedAt]);
}

/** Seeds that were never confirmed are nobody's. */
export async function forgetUnconfirmedSeeds(sql: Sql): Promise<void> {
  await sql.query("delete from totp_seeds where expires_at < now() - interval '1 hour'", []);
}
