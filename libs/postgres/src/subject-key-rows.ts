import { randomUUID } from 'node:crypto';
import { Problem, type Purpose } from '@annals/contracts';
import { personOf, type SubjectKey } from '@annals/event-store';
import { newKey, type KeyWrapping } from './key-wrapping.js';
import type { Migration } from './migrate.js';
import type { Pool } from './pool.js';
import type { Tx } from './sql.js';
import { withTransaction } from './transaction.js';

/** Tables of the key database. A fence outlives its keys: it is the promise that there will never be new ones. */
export const subjectKeyMigrations: readonly Migration[] = [
  {
    id: '0001-subject-keys',
    sql: `
      create table subject_keys (
        id uuid primary key,
        subject text not null,
        purpose text not null,
        period text not null,
        kek_id text not null,
        wrapped bytea not null,
        created_at timestamptz not null default now(),
        unique (subject, purpose, period)
      );
      create table fenced_subjects (
        subject text primary key,
        fenced_at timestamptz not null default now(),
        destroyed_at timestamptz
      );
    `,
  },
  {
    id: '0002-keys-by-period',
    sql: 'create index on subject_keys (purpose, period, subject);',
  },
  {
    id: '0003-holders',
    sql: `
      alter table subject_keys add column person text generated always as
        (substr(subject, strpos(subject, '/') + 1)) stored not null;
      create index on subject_keys (person);
      comment on column subject_keys.subject is 'the holder: a person, or <account>/<person> as an account knows them';
      comment on table fenced_subjects is 'holders that get no key ever again; that of a person counts in all accounts';
    `,
  },
];

/** True of a row `k` whose holder was fenced, or whose person was. */
const fenced = 'exists (select from fenced_subjects f where f.subject in (k.subject, k.person))';


export interface KeyName {
  subject: string;
  purpose: Purpose;
  period: string;
}

export interface KeyRow extends KeyName {
  id: string;
  kek_id: string;
  wrapped: Buffer;
}

/** @throws Problem 410 `subject-erased` */
export async function findOrCreateKey(pool: Pool, wrapping: KeyWrapping, name: KeyName): Promise<SubjectKey> {
  const row = (await findKey(pool, name)) ?? (await withTransaction(pool, (tx) => createKey(tx, wrapping, name)));
  return unwrapRow(wrapping, row);
}

async function findKey(sql: Pool | Tx, { subject, purpose, period }: KeyName): Promise<KeyRow | undefined> {
  const { rows } = await sql.query<KeyRow & { fenced: boolean }>(
    `select k.*, ${fenced} as fenced
     from subject_keys k where k.subject = $1 and k.purpose = $2 and k.period = $3`,
    [subject, purpose, period],
  );
  if (rows[0]?.fenced) throw erasedSubject();
  return rows[0];
}

/** Creators share a lock per person that the fence takes alone: a key is either before the fence, or never. */
async function createKey(tx: Tx, wrapping: KeyWrapping, name: KeyName): Promise<KeyRow> {
  const { subject, purpose, period } = name;
  const person = personOf(subject);
  await tx.query("select pg_advisory_xact_lock_shared(hashtext('annals.subject'), hashtext($1))", [person]);
  const fences = await tx.query('select from fenced_subjects where subject in ($1, $2)', [subject, person]);
  if (fences.rowCount) throw erasedSubject();
  const id = randomUUID();
  await tx.query(
    `insert into subject_keys (id, subject, purpose, period, kek_id, wrapped)
     values ($1, $2, $3, $4, $5, $6) on conflict (subject, purpose, period) do nothing`,
    [id, subject, purpose, period, wrapping.kekId, wrapping.wrap(newKey(), boundTo({ id, ...name }))],
  );
  // Of many who come at once one inserts; everybody, the winner too, uses what is in the table.
  const row = await findKey(tx, name);
  if (!row) throw new Error(`The key of ${purpose} ${period} was not stored.`);
  return row;
}

/** Rows by id, still wrapped; ids that are gone or whose subject is fenced are missing from the answer. */
export async function findKeyRows(pool: Pool, ids: readonly string[]): Promise<Map<string, KeyRow>> {
  const { rows } = await pool.query<KeyRow>(
    `select k.* from subject_keys k
     where k.id = any($1::uuid[]) and not ${fenced}`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** From its commit on no key of the holder is made or given out, a person's in no account. Waits for creators under way. */
export async function fenceSubject(pool: Pool, subject: string): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtext('annals.subject'), hashtext($1))", [personOf(subject)]);
    await tx.query('insert into fenced_subjects (subject) values ($1) on conflict do nothing', [subject]);
  });
}

/** Fences, and removes the keys for good. @returns how many keys were there */
export async function destroyKeys(pool: Pool, subject: string): Promise<number> {
  await fenceSubject(pool, subject);
  return withTransaction(pool, async (tx) => {
    const { rowCount } = await tx.query('delete from subject_keys where $1 in (subject, person)', [subject]);
    await tx.query('update fenced_subjects set destroyed_at = coalesce(destroyed_at, now()) where subject = $1', [
      subject,
    ]);
    return rowCount;
  });
}

/** @throws Error when it was wrapped by another key-encryption key, or for another row. */
export function unwrapRow(wrapping: KeyWrapping, row: KeyRow): SubjectKey {
  if (row.kek_id !== wrapping.kekId) {
    throw new Error(`Subject key ${row.id} is wrapped with another key-encryption key (${row.kek_id}).`);
  }
  return { id: row.id, key: wrapping.unwrap(row.wrapped, boundTo(row)) };
}

function boundTo({ id, subject, purpose, period }: KeyName & { id: string }): string {
  return JSON.stringify([id, subject, purpose, period]);
}

function erasedSubject(): Problem {
  return new Problem(410, 'subject-erased', 'The personal data of this person has been erased.');
}
