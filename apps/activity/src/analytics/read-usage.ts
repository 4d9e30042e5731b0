import { type UsageQuery } from '@annals/contracts';
import { type Pool, type Tx, withTenant } from '@annals/postgres';
import { type Conditions, conditions } from '../log/conditions.js';
import { fewestPeople } from '../suppression/hidden-cells.js';
import { type Part } from './keep-back.js';
import { dimensions, usageSchema } from './tables.js';
import { type HourRow } from './timeline.js';

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

export type Dimension = (typeof dimensions)[number];
export type NamedPart = Part & { name: string };

export interface UsageRead {
  hours: HourRow[];
  /** By what usage is broken down into; of words, the most frequent two thousand. */
  breakdowns: Record<Dimension, NamedPart[]>;
  /** What was left out by the filters, and the period before with and without. */
  outside: Part;
  previous: Part;
  previousOutside: Part;
}

/** Words come from clients, so there may be any number of them. */
const mostWords = 2_000;

/** Reads from the counts of usage alone, in one round trip. */
export function readUsage(pool: Pool, asked: UsageSelection): Promise<UsageRead> {
  return withTenant(pool, { accountId: asked.accountId }, async (tx) => {
    const [hours, named, now, before] = await Promise.all([
      readHours(tx, asked),
      readBreakdowns(tx, asked),
      readTotals(tx, asked, asked.period),
      readTotals(tx, asked, asked.previous),
    ]);
    const { outside } = now;
    return { hours, breakdowns: named, outside, previous: before.inside, previousOutside: before.outside };
  });
}

/** Rows of the period; what to sum of them and the first five people behind it. */
function countsOf({ accountId, member }: UsageSelection, { from, to }: Period) {
  const where = conditions();
  where.add('account_id = ?', accountId);
  where.maybe('member = ?::bytea', member ?? undefined);
  where.add('quarter >= ?', from.toISOString());
  where.add('quarter < ?', to.toISOString());
  // Each cell comes once for each of its people, and is counted with the first of them.
  return member === null
    ? {
        table: `${usageSchema}.usage_cells cross join unnest(people) with ordinality as of_cell(person, place)`,
        counted: `(sum(events) filter (where place = 1))::float8 as events,
          (array_agg(distinct encode(person, 'hex')))[1:${fewestPeople}] as people`,
        where,
      }
    : { table: `${usageSchema}.usage_people`, counted: `sum(events)::float8 as events, '{}'::text[] as people`, where };
}

function filter(where: Conditions, { category, device, source }: UsageSelection): void {
  where.maybe('category = ?', category);
  where.maybe('device = ?', device);
  where.maybe('source = ?', source);
}

interface Counted {
  events: number;
  people: string[];
}

async function readHours(tx: Tx, asked: UsageSelection): Promise<HourRow[]> {
  const { table, counted, where } = countsOf(asked, asked.period);
  filter(where, asked);
  const parameter = (value: unknown) => `$${where.values.push(value)}`;
  const [zone, bucket] = [`${parameter(asked.zone)}::text`, `${parameter(asked.bucket)}::text`];
  const [from, to] = [parameter(asked.period.from.toISOString()), parameter(asked.period.to.toISOString())];
  const { rows } = await tx.query<HourRow>(
    `with hours as (
       select date_trunc('hour', quarter, ${zone}) as hour_start, min(quarter) as start, max(quarter) + interval '15 minutes' as "end"
       from generate_series(${from}::timestamptz, ${to}::timestamptz - interval '15 minutes', interval '15 minutes') as quarter
       group by 1
     ), counts as (
       select date_trunc('hour', quarter, ${zone}) as hour_start, ${counted} from ${table} where ${where.text()} group by 1
     )
     select start, "end", date_trunc(${bucket}, start, ${zone}) as bucket,
       to_char(start at time zone ${zone}, 'YYYY-MM-DD"T"HH24:MI') as local,
       extract(isodow from start at time zone ${zone})::int as weekday,
       extract(hour from start at time zone ${zone})::int as hour,
       coalesce(events, 0) as events, coalesce(people, '{}') as people
     from hours left join counts using (hour_start) order by start`,
    where.values,
  );
  return rows;
}

async function readBreakdowns(tx: Tx, asked: UsageSelection): Promise<UsageRead['breakdowns']> {
  const { table, counted, where } = countsOf(asked, asked.period);
  filter(where, asked);
  const { rows } = await tx.query<Counted & Record<Dimension, string | null>>(
    `select ${dimensions.join(', ')}, ${counted} from ${table} where ${where.text()}
     group by grouping sets (${dimensions.map((name) => `(${name})`).join(', ')})
     order by device is null and source is null, events desc, category, type limit ${mostWords}`,
    where.values,
  );
  const named = (dimension: Dimension): NamedPart[] =>
    rows.flatMap((row) => (row[dimension] === null ? [] : [{ ...partOf(row), name: row[dimension] }]));
  return { source: named('source'), category: named('category'), device: named('device'), type: named('type') };
}

/** What the filters take of a period, and what they leave. */
async function readTotals(tx: Tx, asked: UsageSelection, period: Period): Promise<Record<'inside' | 'outside', Part>> {
  const { table, counted, where } = countsOf(asked, period);
  const filters = conditions();
  filter(filters, asked);
  const taken = filters.values.reduce<string>(
    (text, value, index) => text.replace(`$${index + 1}`, () => `$${where.values.push(value)}`),
    filters.text() || 'true',
  );
  const { rows } = await tx.query<Counted & { taken: boolean }>(
    `select ${taken} as taken, ${counted} from ${table} where ${where.text()} group by 1`,
    where.values,
  );
  const of = (one: boolean) => partOf(rows.find((row) => row.taken === one) ?? { events: 0, people: [] });
  return { inside: of(true), outside: of(false) };
}

const partOf = ({ events, people }: Counted): Part => ({ events, people: new Set(people), families: [] });
