import { type Pool, projectionSchema, withTenant } from '@annals/postgres';
import { daysAfter, daysBetween, mondayOf, startOfDay } from '../local-time/clock.js';
import { type DayMask, dayMasks } from './day-masks.js';
import { type Period } from './period.js';
import { presenceLog } from './presence.js';

/** Whose presence is asked for: one person's of an account, by pseudonym, or everybody's (null). */
export interface About {
  accountId: string;
  member: string | null;
}

const schema = projectionSchema(presenceLog);

/** Different people by day (`came`), and who left the last 7 and 30 days on it without having come again. */
export interface DayCount {
  day: string;
  kind: 'came' | 'out7' | 'out30';
  people: number;
}

/** People who were active in a week, by the week in which they were first seen (null: before those asked for). */
export interface WeekCount {
  kind: 'week';
  /** Its Monday. */
  day: string;
  cohort: string | null;
  people: number;
  /** Of them, who were active in the week before too, and who were not in the one after. */
  before: number;
  gone: number;
}

export interface Presence {
  /** First day that was looked at: early enough for the months and weeks of the period to be whole. */
  since: string;
  days: DayCount[];
  weeks: WeekCount[];
  firstSeen: Date | null;
}

/**
 * Who is active, one row for each person and day on the wall, and what is counted of it. The masks are read from their
 * text once, not for each row; one person's rows are found by the key.
 */
const query = (member: string | null): string => `
  with asked as materialized (
    select day, utc, mask::bit(96) from unnest($3::date[], $4::date[], $5::text[]) as a(day, utc, mask)
  ),
  weeks as (select * from unnest($6::date[], $7::timestamptz[], $8::timestamptz[]) as w(week, starts, ends)),
  active as materialized (
    select distinct p.member, a.day from asked a join ${schema}.presence p
      on p.account_id = $1 and p.day = a.utc and p.quarters & a.mask <> 0::bit(96)
    where ${oneOrAll('p', member)} and ${processed('p')}
  ),
  runs as (select day, lead(day) over (partition by member order by day) as again from active),
  in_week as (select distinct member, day - (extract(isodow from day)::int - 1) as week from active),
  lives as (
    select member, week,
      coalesce(week - lag(week) over (partition by member order by week) = 7, false) as before,
      coalesce(lead(week) over (partition by member order by week) - week <> 7, true) as gone
    from in_week
  ),
  cohorts as (
    select m.member, w.week as cohort from ${schema}.members m
    left join weeks w on m.first_seen >= w.starts and m.first_seen < w.ends
    where m.account_id = $1 and ${oneOrAll('m', member)} and ${processed('m')}
  )
  select 'came' as kind, day::text, null as cohort, count(*)::int as people, 0 as before, 0 as gone from runs group by day
  union all select 'out7', least(day + 7, again)::text, null, count(*)::int, 0, 0 from runs group by 2
  union all select 'out30', least(day + 30, again)::text, null, count(*)::int, 0, 0 from runs group by 2
  union all select 'week', l.week::text, c.cohort::text, count(*)::int,
    count(*) filter (where l.before)::int, count(*) filter (where l.gone)::int
  from lives l join cohorts c using (member) group by 2, 3`;

/** Condition that keeps those out whom the account may not process at present; what is known of them stays for later. */
const processed = (table: string): string =>
  `not exists (select from ${schema}.refusals r
     where r.account_id = $1 and r.member = ${table}.member and r.why = 'restricted')`;

/** Condition on the pseudonym in a query whose second parameter it is. */
export const oneOrAll = (table: string, member: string | null): string =>
  member === null ? '$2::bytea is null' : `${table}.member = $2`;

/** Reads presence of the period, and of so many days before it as its first answers need. Facts are not looked at. */
export async function readPresence(pool: Pool, { accountId, member }: About, period: Period): Promise<Presence> {
  const { zone, from, to } = period;
  const firstWeek = mondayOf(from);
  const since = [daysAfter(firstWeek, -7), daysAfter(from, -29)].sort()[0]!;
  const masks = dayMasks(zone, since, daysAfter(mondayOf(to), 6));
  const weeks = weeksOf(period);
  const starts = [...weeks, daysAfter(weeks.at(-1)!, 7)].map((week) => startOfDay(zone, week).toISOString());
  return withTenant(pool, { accountId }, async (tx) => {
    const [counted, first] = await Promise.all([
      tx.query<DayCount | WeekCount>(query(member), [
        ...[accountId, member, ...columnsOf(masks)],
        ...[weeks, starts.slice(0, -1), starts.slice(1)],
      ]),
      tx.query<{ first_seen: Date }>(
        `select first_seen from ${schema}.members m where account_id = $1 and member = $2 and ${processed('m')}`,
        [accountId, member],
      ),
    ]);
    return {
      since,
      days: counted.rows.filter((row) => row.kind !== 'week'),
      weeks: counted.rows.filter((row) => row.kind === 'week'),
      firstSeen: first.rows[0]?.first_seen ?? null,
    };
  });
}

/** Mondays of the weeks that the period touches. */
export function weeksOf({ from, to }: Period): string[] {
  const first = mondayOf(from);
  return Array.from({ length: daysBetween(first, mondayOf(to)) / 7 + 1 }, (_, index) => daysAfter(first, 7 * index));
}

/** As parameters of a query, one array for each column. */
export const columnsOf = (masks: readonly DayMask[]): string[][] => [
  masks.map(({ day }) => day),
  masks.map(({ utc }) => utc),
  masks.map(({ mask }) => mask),
];
