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
  week: string;
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

/** Who is active: one row for each person and day on the wall. */
const active = `
  with asked as (select * from unnest($3::date[], $4::date[], $5::text[]) as a(day, utc, mask)),
  active as (
    select distinct p.member, a.day from asked a join ${schema}.presence p
      on p.account_id = $1 and p.day = a.utc and p.quarters & a.mask::bit(96) <> 0::bit(96)
    where $2::bytea is null or p.member = $2
  )`;

const dayQuery = `${active},
  runs as (select day, lead(day) over (partition by member order by day) as again from active)
  select day::text, 'came' as kind, count(*)::int as people from runs group by 1
  union all select least(day + 7, again)::text, 'out7', count(*)::int from runs group by 1
  union all select least(day + 30, again)::text, 'out30', count(*)::int from runs group by 1`;

const weekQuery = `${active},
  weeks as (select * from unnest($6::date[], $7::timestamptz[], $8::timestamptz[]) as w(week, starts, ends)),
  in_week as (select distinct member, day - (extract(isodow from day)::int - 1) as week from active),
  lives as (
    select member, week,
      coalesce(week - lag(week) over (partition by member order by week) = 7, false) as before,
      coalesce(lead(week) over (partition by member order by week) - week <> 7, true) as gone
    from in_week
  )
  select l.week::text, w.week::text as cohort, count(*)::int as people,
    count(*) filter (where l.before)::int as before, count(*) filter (where l.gone)::int as gone
  from lives l join ${schema}.members m on m.account_id = $1 and m.member = l.member
  left join weeks w on m.first_seen >= w.starts and m.first_seen < w.ends
  group by 1, 2`;

/** Reads presence of the period, and of so many days before it as its first answers need. Facts are not looked at. */
export async function readPresence(pool: Pool, { accountId, member }: About, period: Period): Promise<Presence> {
  const { zone, from, to } = period;
  const firstWeek = mondayOf(from);
  const since = [daysAfter(firstWeek, -7), daysAfter(from, -29)].sort()[0]!;
  const masks = dayMasks(zone, since, daysAfter(mondayOf(to), 6));
  const weeks = weeksOf(period);
  const starts = [...weeks, daysAfter(weeks.at(-1)!, 7)].map((week) => startOfDay(zone, week).toISOString());
  return withTenant(pool, { accountId }, async (tx) => {
    const asked = [accountId, member, ...columnsOf(masks)];
    const [days, counted, first] = await Promise.all([
      tx.query<DayCount>(dayQuery, asked),
      tx.query<WeekCount>(weekQuery, [...asked, weeks, starts.slice(0, -1), starts.slice(1)]),
      tx.query<{ first_seen: Date }>(`select first_seen from ${schema}.members where account_id = $1 and member = $2`, [
        accountId,
        member,
      ]),
    ]);
    return { since, days: days.rows, weeks: counted.rows, firstSeen: first.rows[0]?.first_seen ?? null };
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
