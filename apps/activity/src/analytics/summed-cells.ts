import { type UsageQuery } from '@annals/contracts';
import { type Conditions, conditions } from '../log/conditions.js';
import { fewestPeople } from '../suppression/hidden-cells.js';
import { dimensions, usageSchema } from './tables.js';

export interface Period {
  from: Date;
  /** Not counted any more. */
  to: Date;
}

/** What is asked for: of a whole account, or of one member by their pseudonym. */
export interface UsageSelection extends Pick<UsageQuery, 'bucket' | 'category' | 'device' | 'source'> {
  accountId: string;
  member: string | null;
  zone: string;
  period: Period;
  previous: Period;
}

/** Whether something is left out besides what is not of the period. */
export const isFiltered = ({ category, device, source }: UsageSelection) =>
  category !== undefined || device !== undefined || source !== undefined;

/** The cells of a period as a first part of `with`: those of the account, or one member's, which name nobody. */
export function cellsOf({ accountId, member }: UsageSelection, { from, to }: Period) {
  const where = conditions();
  where.add('account_id = ?', accountId);
  where.maybe('member = ?::bytea', member ?? undefined);
  where.add('quarter >= ?', from.toISOString());
  where.add('quarter < ?', to.toISOString());
  const [table, people] = member === null ? ['usage_cells', 'people'] : ['usage_people', "'{}'::bytea[] as people"];
  const text = () => `cells as not materialized (
    select quarter, ${dimensions.join(', ')}, events, ${people} from ${usageSchema}.${table} where ${where.text()})`;
  return { where, text };
}

/**
 * Sums cells by a key, as the part `summed` of `with`. Where one cell has five people there are five, and nobody else has
 * to be looked at; only where none has, people are gathered.
 */
export const summedBy = (key: Readonly<Record<string, string>>): string => {
  const names = Object.keys(key).join(', ');
  const columns = Object.entries(key).map(([name, expression]) => `${expression} as ${name}`);
  return `
    counts as (
      select ${columns.join(', ')}, sum(events)::float8 as events,
        max(people) filter (where cardinality(people) >= ${fewestPeople}) as many
      from cells group by ${names}
    ), few as (
      select ${names}, array_agg(distinct person) as people
      from (select ${columns.join(', ')}, unnest(people) as person from cells where cardinality(people) < ${fewestPeople}) as found
        join counts using (${names})
      where many is null group by ${names}
    ), summed as (
      select ${names}, events, coalesce(many, people[1:${fewestPeople}], '{}')::text[] as people
      from counts left join few using (${names})
    )`;
};

/** Adds the filters that are asked for. */
export function filter(where: Conditions, { category, device, source }: UsageSelection): void {
  where.maybe('category = ?', category);
  where.maybe('device = ?', device);
  where.maybe('source = ?', source);
}
