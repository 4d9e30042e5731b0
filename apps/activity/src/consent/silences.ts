import { type Tx } from '@annals/postgres';
import { type Decided, type Silence } from './decisions.js';

/** People by id or by pseudonym, and in which ways each of them is silent. */
export interface Silences {
  /** Takes a decision. Whatever comes after it in the same batch knows of it. */
  decide(person: string, decided: Pick<Decided, 'why' | 'silent'>): void;
  isSilent(person: string, ...why: readonly Silence[]): boolean;
  /** What was decided since they were read. */
  changes(): { person: string; why: Silence; silent: boolean }[];
}

export function silences(known: Iterable<readonly [person: string, why: Silence]>): Silences {
  const key = (person: string, why: Silence) => `${why} ${person}`;
  const silent = new Set([...known].map(([person, why]) => key(person, why)));
  const changed = new Map<string, { person: string; why: Silence; silent: boolean }>();
  return {
    decide(person, { why, silent: now }) {
      if (now) silent.add(key(person, why));
      else silent.delete(key(person, why));
      changed.set(key(person, why), { person, why, silent: now });
    },
    isSilent: (person, ...why) => why.some((one) => silent.has(key(person, one))),
    changes: () => [...changed.values()],
  };
}

/** Where a read model keeps them: a table with the account, a column with the person, and `why`. */
export interface SilenceTable {
  table: string;
  person: string;
  type: 'uuid' | 'bytea';
}

/** DDL of its columns. */
export const silenceColumns = ({ person, type }: SilenceTable): string => `(
  account_id uuid not null,
  ${person} ${type} not null,
  why text not null check (why in ('tracking', 'counting', 'restricted')),
  primary key (account_id, ${person}, why)
)`;

/** Those of people of the account whose scope is set. */
export async function readSilences(
  tx: Tx,
  { table, person, type }: SilenceTable,
  accountId: string,
  people: readonly string[],
): Promise<Silences> {
  if (people.length === 0) return silences([]);
  const { rows } = await tx.query<{ person: string; why: Silence }>(
    `select ${person}::text as person, why from ${table} where account_id = $1 and ${person} = any($2::${type}[])`,
    [accountId, people],
  );
  return silences(rows.map((row) => [row.person, row.why] as const));
}

/** Keeps what was decided, in the account whose scope is set. Sends everything before it returns. */
export async function writeSilences(
  tx: Tx,
  { table, person, type }: SilenceTable,
  accountId: string,
  decided: Silences,
): Promise<void> {
  const changes = decided.changes();
  if (changes.length === 0) return;
  const of = (silent: boolean) => {
    const some = changes.filter((change) => change.silent === silent);
    return [accountId, some.map((one) => one.person), some.map(({ why }) => why)];
  };
  await Promise.all([
    tx.query(
      `delete from ${table} s using unnest($2::${type}[], $3::text[]) as gone(person, why)
       where s.account_id = $1 and s.${person} = gone.person and s.why = gone.why`,
      of(false),
    ),
    tx.query(
      `insert into ${table} (account_id, ${person}, why)
       select $1::uuid, * from unnest($2::${type}[], $3::text[]) on conflict do nothing`,
      of(true),
    ),
  ]);
}
