import { personOf } from '@annals/event-store';
import { tellToForget } from './forgetting.js';
import type { Pool } from './pool.js';
import { withTransaction } from './transaction.js';

/** True of a row `k` that belongs to a holder `$1`: to this one, or in any account to this person. */
const of = '$1 in (k.subject, k.person)';

/**
 * From its commit on no key of the holder is made or given out, a person's in no account, and none of those that are there
 * is given out under whichever name it comes back. Waits for creators under way, and tells every process to forget.
 * @param fingerprints of keys that are fenced with them, although they may not be there (yet)
 */
export async function fenceHolder(pool: Pool, holder: string, fingerprints: readonly string[] = []): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtext('annals.subject'), hashtext($1))", [personOf(holder)]);
    await tx.query('insert into fenced_subjects (subject) values ($1) on conflict do nothing', [holder]);
    await tx.query(
      `insert into fenced_keys (fingerprint, subject)
       select k.fingerprint, k.subject from subject_keys k where ${of}
       union select decode(known, 'hex'), $1 from unnest($2::text[]) known
       on conflict do nothing`,
      [holder, fingerprints],
    );
    await tellToForget(tx, holder);
  });
}

/**
 * Fences, and removes the keys for good, also under another name: a copy of a row opens nothing, but it is one.
 * @returns how many keys were there
 */
export async function destroyKeys(pool: Pool, holder: string): Promise<number> {
  await fenceHolder(pool, holder);
  return withTransaction(pool, async (tx) => {
    const { rowCount } = await tx.query(
      `delete from subject_keys k
       where ${of} or k.fingerprint in (select f.fingerprint from fenced_keys f where $1 in (f.subject, f.person))`,
      [holder],
    );
    await tx.query('update fenced_subjects set destroyed_at = coalesce(destroyed_at, now()) where subject = $1', [
      holder,
    ]);
    return rowCount;
  });
}

/** SHA-256 of the ids of a holder's keys, a person's of all accounts, also of those that were fenced and destroyed since. */
export async function fingerprintsOf(pool: Pool, holder: string): Promise<string[]> {
  const { rows } = await pool.query<{ fingerprint: string }>(
    `select encode(k.fingerprint, 'hex') as fingerprint from subject_keys k where ${of}
     union select encode(k.fingerprint, 'hex') from fenced_keys k where ${of} order by 1`,
    [holder],
  );
  return rows.map(({ fingerprint }) => fingerprint);
}

/** Every holder of a person that has keys: the person, and the person in each account. In order. */
export async function holdersWithKeys(pool: Pool, person: string): Promise<string[]> {
  const { rows } = await pool.query<{ subject: string }>(
    'select distinct subject from subject_keys where person = $1 order by subject',
    [person],
  );
  return rows.map(({ subject }) => subject);
}

/** Removes keys whose holder lost them all, and those that were fenced by themselves. @returns how many came back */
export async function removeFencedKeys(pool: Pool): Promise<number> {
  const { rowCount } = await pool.query(
    `delete from subject_keys k using fenced_subjects f
     where f.destroyed_at is not null and f.subject in (k.subject, k.person)`,
    [],
  );
  const again = await pool.query(
    `delete from subject_keys k using fenced_keys f where f.fingerprint = k.fingerprint and f.subject <> k.subject`,
    [],
  );
  return rowCount + again.rowCount;
}
