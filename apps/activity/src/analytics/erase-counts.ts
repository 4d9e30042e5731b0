import { type Tx } from '@annals/postgres';
import { fewestPeople } from '../suppression/hidden-cells.js';
import { dimensions } from './tables.js';

const cellKey = ['quarter', ...dimensions].join(', ');
const sameCell = (a: string, b: string) =>
  ['quarter', ...dimensions].map((name) => `${a}.${name} = ${b}.${name}`).join(' and ');

/**
 * Counts as they would be without one person: their own go, and of the account's what they did. Who stands in a cell is
 * taken from those who are left in it, the same that a table without them would hold.
 */
const takeOut = `
  with gone as (
    delete from usage_people where account_id = $1 and member = $2::bytea returning ${cellKey}, events
  ),
  others as (
    select ${cellKey}, (array_agg(p.member order by p.member))[1:${fewestPeople}] as people
    from usage_people p join gone using (${cellKey})
    where p.account_id = $1 and p.member <> $2::bytea group by ${cellKey}
  ),
  emptied as (
    delete from usage_cells c using gone
    where c.account_id = $1 and ${sameCell('c', 'gone')} and c.events <= gone.events
  )
  update usage_cells c set events = c.events - gone.events, people = coalesce(others.people, '{}')
  from gone left join others using (${cellKey})
  where c.account_id = $1 and ${sameCell('c', 'gone')} and c.events > gone.events`;

/** Takes a person out of the counts of the account whose scope is set, and forgets what they decided about being counted. */
export async function eraseCounts(tx: Tx, accountId: string, member: string): Promise<void> {
  await Promise.all([
    tx.query(takeOut, [accountId, member]),
    tx.query('delete from uncounted_people where account_id = $1 and member = $2::bytea', [accountId, member]),
  ]);
}
