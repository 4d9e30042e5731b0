import { type Pool, type Tx, withTenant } from '@annals/postgres';
import { conditions } from '../log/conditions.js';
import { type Part, together } from './keep-back.js';
import { cellsOf, filter, isFiltered, type Period, summedBy, type UsageSelection } from './summed-cells.js';
import { dimensions } from './tables.js';
import { type HourRow } from './timeline.js';

export type Dimension = (typeof dimensions)[number];
export type NamedPart = Part & { name: string };

export interface UsageRead {
  hours: HourRow[];
  /** By what usage is broken down into, most first. */
  breakdowns: Record<Dimension, NamedPart[]>;
  /** What was left out by the filters, and the period before with and without. */
  outside: Part;
  previous: Part;
  previousOutside: Part;
}

/** Different things that are told apart at most; words come from clients, so there may be any number of them. */
const mostThings = 20_000;

/** Reads from the counts of usage alone, in one round trip. */
export function readUsage(pool: Pool, asked: UsageSelection): Promise<UsageRead> {
  return withTenant(pool, { accountId: asked.accountId }, async (tx) => {
    const [hours, breakdowns, now, before] = await Promise.all([
      readHours(tx, asked),
      readBreakdowns(tx, asked),
      isFiltered(asked) ? readTotals(tx, asked, asked.period) : null,
      readTotals(tx, asked, asked.previous),
    ]);
    const outside = now?.outside ?? nothing;
    return { hours, breakdowns, outside, previous: before.inside, previousOutside: before.outside };
  });
}

interface Counted {
  events: number;
  people: string[];
}

async function readHours(tx: Tx, asked: UsageSelection): Promise<HourRow[]> {
  const { where, text } = cellsOf(asked, asked.period);
  filter(where, asked);
  const cells = text();
  const parameter = (value: unknown) => `$${where.values.push(value)}`;
  const [zone, bucket] = [`${parameter(asked.zone)}::text`, `${parameter(asked.bucket)}::text`];
  const [from, to] = [parameter(asked.period.from.toISOString()), parameter(asked.period.to.toISOString())];
  const hour_start = `date_trunc('hour', quarter, ${zone})`;
  const { rows } = await tx.query<HourRow>(
    `with ${cells}, hours as (
       select ${hour_start} as hour_start, min(quarter) as start, max(quarter) + interval '15 minutes' as "end"
       from generate_series(${from}::timestamptz, ${to}::timestamptz - interval '15 minutes', interval '15 minutes') as quarter
       group by 1
     ), ${summedBy({ hour_start })}
     select start, "end", date_trunc(${bucket}, start, ${zone}) as bucket,
       to_char(start at time zone ${zone}, 'YYYY-MM-DD"T"HH24:MI') as local,
       extract(isodow from start at time zone ${zone})::int as weekday,
       extract(hour from start at time zone ${zone})::int as hour,
       coalesce(events, 0) as events, coalesce(people, '{}') as people
     from hours left join summed using (hour_start) order by start`,
    where.values,
  );
  return rows;
}

async function readBreakdowns(tx: Tx, asked: UsageSelection): Promise<UsageRead['breakdowns']> {
  const { where, text } = cellsOf(asked, asked.period);
  filter(where, asked);
  const key = Object.fromEntries(dimensions.map((name) => [name, name]));
  const { rows } = await tx.query<Counted & Record<Dimension, string>>(
    `with ${text()}, ${summedBy(key)}
     select * from summed order by events desc, ${dimensions.join(', ')} limit ${mostThings}`,
    where.values,
  );
  const named = (dimension: Dimension): NamedPart[] =>
    [...Map.groupBy(rows, (row) => row[dimension])]
      .map(([name, of]) => ({ ...together(of.map(partOf)), name }))
      .sort((a, b) => b.events - a.events);
  return { source: named('source'), category: named('category'), device: named('device'), type: named('type') };
}

/** What the filters take of a period, and what they leave. */
async function readTotals(tx: Tx, asked: UsageSelection, period: Period): Promise<Record<'inside' | 'outside', Part>> {
  const { where, text } = cellsOf(asked, period);
  const cells = text();
  const filters = conditions();
  filter(filters, asked);
  const taken = filters.values.reduce<string>(
    (written, value, index) => written.replace(`$${index + 1}`, () => `$${where.values.push(value)}`),
    filters.text() || 'true',
  );
  const { rows } = await tx.query<Counted & { taken: boolean }>(
    `with ${cells}, ${summedBy({ taken })} select * from summed`,
    where.values,
  );
  const of = (one: boolean) => partOf(rows.find((row) => row.taken === one) ?? { events: 0, people: [] });
  return { inside: of(true), outside: of(false) };
}

const partOf = ({ events, people }: Counted): Part => ({ events, people: new Set(people), families: [] });
const nothing = partOf({ events: 0, people: [] });
