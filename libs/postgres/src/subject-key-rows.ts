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
  {
    id: '0004-fenced-keys',
    sql: `
      alter table subject_keys add column fingerprint bytea generated always as (sha256(id::text::bytea)) stored not null;
      create table fenced_keys (
        fingerprint bytea primary key,
        subject text not null,
        person text generated always as (substr(subject, strpos(subject, '/') + 1)) stored not null,
        fenced_at timestamptz not null default now()
      );
      create index on subject_keys (fingerprint);
      create index on fenced_keys (subject);
      create index on fenced_keys (person);
      insert into fenced_keys (fingerprint, subject)
        select k.fingerprint, k.subject from subject_keys k
        where exists (select from fenced_subjects f where f.subject in (k.subject, k.person));
      comment on table fenced_keys is 'keys that are given out never again, whichever row they come back in';
    `,
  },
  {
    id: '0005-replayed-erasures',
    sql: `
      create table replayed_erasures (
        one boolean primary key default true check (one),
        commit_pos numeric(20),
        prepare_pos numeric(20),
        fences bigint not null default 0
      );
      insert into replayed_erasures default values;
      comment on column replayed_erasures.fences is 'how many there were: fewer tell that an older copy of them came back';
    `,
  },
];

/** True of a row `k` whose holder was fenced, or whose person was. */
const fenced = 'exists (select from fenced_subjects f where f.subject in (k.subject, k.person))';

/** True of a row `k` whose key was fenced, under whichever name it stands now. */
const fencedKey = 'exists (select from fenced_keys f where f.fingerprint = k.fingerprint)';

const columns = 'k.id, k.subject, k.purpose, k.period, k.kek_id, k.wrapped';

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
  const { rows } = await sql.query<KeyRow & { fenced: boolean; fenced_key: boolean }>(
    `select ${columns}, ${fenced} as fenced, ${fencedKey} as fenced_key
     from subject_keys k where k.subject = $1 and k.purpose = $2 and k.period = $3`,
    [subject, purpose, period],
  );
  if (rows[0]?.fenced) throw erasedSubject();
  return rows[0]?.fenced_key ? undefined : rows[0];
}

/** Creators share a lock per person that the fence takes alone: a key is either before the fence, or never. */
async function createKey(tx: Tx, wrapping: KeyWrapping, name: KeyName): Promise<KeyRow> {
  const { subject, purpose, period } = name;
  const person = personOf(subject);
  await tx.query("select pg_advisory_xact_lock_shared(hashtext('annals.subject'), hashtext($1))", [person]);
  const fences = await tx.query('select from fenced_subjects where subject in ($1, $2)', [subject, person]);
  if (fences.rowCount) throw erasedSubject();
  // Somebody else's key that was put back under this name must not stand in the way of one of their own.
  await tx.query(
    `delete from subject_keys k where k.subject = $1 and k.purpose = $2 and k.period = $3 and ${fencedKey}`,
    [subject, purpose, period],
  );
  const id = randomUUID();
  const fresh = newKey();
  const wrapped = wrapping.wrap(fresh, boundTo({ id, ...name }));
  fresh.fill(0);
  await tx.query(
    `insert into subject_keys (id, subject, purpose, period, kek_id, wrapped)
     values ($1, $2, $3, $4, $5, $6) on conflict (subject, purpose, period) do nothing`,
    [id, subject, purpose, period, wrapping.kekId, wrapped],
  );
  // Of many who come at once one inserts; everybody, the winner too, uses what is in the table.
  const row = await findKey(tx, name);
  if (!row) throw new Error(`The key of ${purpose} ${period} was not stored.`);
  return row;
}

/** Rows by id, still wrapped; ids that are gone, fenced, or of a fenced holder are missing from the answer. */
export async function findKeyRows(pool: Pool, ids: readonly string[]): Promise<Map<string, KeyRow>> {
  const { rows } = await pool.query<KeyRow>(
    `select ${columns} from subject_keys k where k.id = any($1::uuid[]) and not ${fenced} and not ${fencedKey}`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
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
