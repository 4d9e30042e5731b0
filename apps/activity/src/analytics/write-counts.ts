import { setTenant, type Tx } from '@annals/postgres';
import { fewestPeople } from '../suppression/hidden-cells.js';
import { type Counts } from './count-doings.js';
import { dimensions } from './tables.js';

const cellKey = ['quarter', ...dimensions];
const ownKey = ['member', ...cellKey];
const list = (names: readonly string[]) => names.join(', ');

/** The first five of two lists, of which the one in the table is the earlier. */
const firstPeople = `(
  select array_agg(member order by place)
  from (
    select member, min(place) as place
    from unnest(c.people || excluded.people) with ordinality as both_lists(member, place)
    group by member order by min(place) limit ${fewestPeople}
  ) as first_people)`;

const addCells = `
  insert into usage_cells as c (account_id, ${list(cellKey)}, events, people)
  select $1::uuid, ${list(cellKey)}, events, people::bytea[]
  from unnest($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[])
    as u(${list(cellKey)}, events, people)
  on conflict (account_id, ${list(cellKey)}) do update set
    events = c.events + excluded.events,
    people = case when cardinality(c.people) >= ${fewestPeople} then c.people else ${firstPeople} end`;

const addPeople = `
  insert into usage_people as p (account_id, ${list(ownKey)}, events)
  select $1::uuid, ${list(ownKey)}, events
  from unnest($2::bytea[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
    as u(${list(ownKey)}, events)
  on conflict (account_id, ${list(ownKey)}) do update set events = p.events + excluded.events`;

/** Adds to the counts of the account whose scope is set. */
export async function writeCounts(tx: Tx, accountId: string, counts: Counts): Promise<void> {
  if (counts.cells.size === 0) return;
  const cells = [...counts.cells.values()];
  const people = [...counts.people.values()];
  const of = <R extends object>(rows: readonly R[], names: readonly string[]) =>
    names.map((name) => rows.map((row) => row[name as keyof R]));
  // Backslashes of a bytea are doubled inside an array literal.
  const literals = cells.map((cell) => `{${[...cell.people].map((member) => `"\\${member}"`).join(',')}}`);
  await Promise.all([
    tx.query(addCells, [accountId, ...of(cells, [...cellKey, 'events']), literals]),
    tx.query(addPeople, [accountId, ...of(people, [...ownKey, 'events'])]),
  ]);
}

/** Which of these people of each account are not counted. Sent together: one round trip. */
export async function readUncounted(
  tx: Tx,
  asked: readonly (readonly [accountId: string, members: string[]])[],
): Promise<Map<string, Set<string>>> {
  const answers = await Promise.all(
    asked.map(async ([accountId, members]) => {
      const [, { rows }] = await Promise.all([
        setTenant(tx, accountId),
        tx.query<{ member: Buffer }>(
          'select member from uncounted_people where account_id = $1 and member = any($2::bytea[])',
          [accountId, members],
        ),
      ]);
      return [accountId, new Set(rows.map(({ member }) => `\\x${member.toString('hex')}`))] as const;
    }),
  );
  return new Map(answers);
}

/** Keeps what people of the account, whose scope is set, decided: by pseudonym whether they consent. */
export async function writeUncounted(tx: Tx, accountId: string, decided: ReadonlyMap<string, boolean>): Promise<void> {
  if (decided.size === 0) return;
  const who = (consents: boolean) => [...decided].filter(([, one]) => one === consents).map(([member]) => member);
  await Promise.all([
    tx.query('delete from uncounted_people where account_id = $1 and member = any($2::bytea[])', [
      ...[accountId, who(true)],
    ]),
    tx.query(
      `insert into uncounted_people (account_id, member) select $1::uuid, unnest($2::bytea[]) on conflict do nothing`,
      [accountId, who(false)],
    ),
  ]);
}
