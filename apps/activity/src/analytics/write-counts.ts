import { setTenant, type Tx } from '@annals/postgres';
import { fewestPeople } from '../suppression/hidden-cells.js';
import { type Counts } from './count-doings.js';
import { readSilences, type Silences } from '../consent/silences.js';
import { dimensions, uncounted } from './tables.js';

const cellKey = ['quarter', ...dimensions];
const ownKey = ['member', ...cellKey];
const list = (names: readonly string[]) => names.join(', ');

/** The five that come first in the order of pseudonyms: whoever is counted when, and whoever is taken out, they are the same. */
const firstPeople = `(
  select array_agg(member order by member)
  from (
    select distinct member from unnest(c.people || excluded.people) as both_lists(member) order by member limit ${fewestPeople}
  ) as first_people)`;

const addCells = `
  insert into usage_cells as c (account_id, ${list(cellKey)}, events, people)
  select $1::uuid, ${list(cellKey)}, events, people::bytea[]
  from unnest($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::text[])
    as u(${list(cellKey)}, events, people)
  on conflict (account_id, ${list(cellKey)}) do update set
    events = c.events + excluded.events,
    people = case
      when cardinality(c.people) >= ${fewestPeople} and excluded.people[1] >= c.people[${fewestPeople}] then c.people
      else ${firstPeople} end`;

const addPeople = `
  insert into usage_people as p (account_id, ${list(ownKey)}, events)
  select $1::uuid, ${list(ownKey)}, events
  from unnest($2::bytea[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[])
    as u(${list(ownKey)}, events)
  on conflict (account_id, ${list(ownKey)}) do update set events = p.events + excluded.events`;

const firstOf = (people: ReadonlySet<string>): string[] => [...people].sort().slice(0, fewestPeople);

/** Adds to the counts of the account whose scope is set. */
export async function writeCounts(tx: Tx, accountId: string, counts: Counts): Promise<void> {
  if (counts.cells.size === 0) return;
  const cells = [...counts.cells.values()];
  const people = [...counts.people.values()];
  const of = <R extends object>(rows: readonly R[], names: readonly string[]) =>
    names.map((name) => rows.map((row) => row[name as keyof R]));
  // Backslashes of a bytea are doubled inside an array literal.
  const literals = cells.map(
    (cell) =>
      `{${firstOf(cell.people)
        .map((member) => `"\\${member}"`)
        .join(',')}}`,
  );
  await Promise.all([
    tx.query(addCells, [accountId, ...of(cells, [...cellKey, 'events']), literals]),
    tx.query(addPeople, [accountId, ...of(people, [...ownKey, 'events'])]),
  ]);
}

/** Which of these people of each account are not counted. Sent together: one round trip. */
export async function readUncounted(
  tx: Tx,
  asked: readonly (readonly [accountId: string, members: string[]])[],
): Promise<Map<string, Silences>> {
  const answers = await Promise.all(
    asked.map(async ([accountId, members]) => {
      const [, silent] = await Promise.all([setTenant(tx, accountId), readSilences(tx, uncounted, accountId, members)]);
      return [accountId, silent] as const;
    }),
  );
  return new Map(answers);
}
