import { type Pool, projectionSchema, withTenant } from '@annals/postgres';
import { dayMasks } from '../engagement/day-masks.js';
import { presenceLog } from '../engagement/presence.js';
import { type About, columnsOf, oneOrAll } from '../engagement/read-presence.js';
import { feedbackAnswers } from '../feedback/projection.js';
import { dayAt, daysAfter, daysBetween, startOfDay } from '../local-time/clock.js';
import { hourDays, type Observed, observedDays, ratingDays } from './observed.js';

const [presence, feedback] = [projectionSchema(presenceLog), projectionSchema(feedbackAnswers)];

/** Pseudonyms are as good as drawn by lot, so the first of them are people chosen by chance. */
const peopleQuery = (member: string | null): string => `
  select m.member::text, m.first_seen from ${presence}.members m
  where m.account_id = $1 and ${oneOrAll('m', member)}
    and not exists (select from ${presence}.refusals r where r.account_id = $1 and r.member = m.member)
  order by m.member limit $3`;

/** Of everybody up to the last of those people. */
const visitQuery = `
  with asked as materialized (
    select day, utc, mask::bit(96), ago, bit::bit(${observedDays})
    from unnest($4::date[], $5::date[], $6::text[], $7::int[], $8::text[]) as a(day, utc, mask, ago, bit)
  ),
  visits as (
    select p.member, a.bit, a.ago, p.quarters & a.mask as quarters, min(a.ago) over (partition by p.member) as last
    from asked a join ${presence}.presence p
      on p.account_id = $1 and p.day = a.utc and p.quarters & a.mask <> 0::bit(96)
    where p.member between $2 and $3
  )
  select member::text, bit_or(bit)::text as active,
    bit_or(quarters) filter (where ago < last + ${hourDays})::text as quarters
  from visits group by member`;

const ratingQuery = `
  select distinct on (member) member::text, rating from ${feedback}.answers
  where account_id = $1 and member between $2 and $3 and given_at >= $4 and given_at < $5
  order by member, given_at desc, id desc`;

interface Person {
  member: string;
  first_seen: Date;
}
interface Visits {
  member: string;
  active: string;
  quarters: string;
}

/** Who is looked at: as in other analytics, by the clock of a time zone, as of a moment. */
export interface Asked extends About {
  zone: string;
  now: Date;
}

/**
 * What is seen of people who do not refuse it, up to the end of the last whole day on the wall.
 * @param most how many people at most
 */
export async function readObserved(
  pool: Pool,
  { accountId, member, zone, now }: Asked,
  most: number,
): Promise<Observed[]> {
  const yesterday = daysAfter(dayAt(zone, now), -1);
  const masks = dayMasks(zone, daysAfter(yesterday, 1 - observedDays), yesterday);
  const ago = masks.map(({ day }) => daysBetween(day, yesterday));
  const bits = ago.map((days) => '1'.padStart(days + 1, '0').padEnd(observedDays, '0'));
  const rated = [daysAfter(yesterday, -ratingDays), daysAfter(yesterday, 1)].map((day) => startOfDay(zone, day));
  return withTenant(pool, { accountId }, async (tx) => {
    const people = (await tx.query<Person>(peopleQuery(member), [accountId, member, most])).rows;
    const [first, last] = [people[0], people.at(-1)];
    if (!first || !last) return [];
    const among = [accountId, first.member, last.member];
    const [visits, ratings] = await Promise.all([
      tx.query<Visits>(visitQuery, [...among, ...columnsOf(masks), ago, bits]),
      tx.query<{ member: string; rating: number }>(ratingQuery, [...among, ...rated]),
    ]);
    const visitsOf = new Map(visits.rows.map((row) => [row.member, row]));
    const ratingOf = new Map(ratings.rows.map((row) => [row.member, row.rating]));
    return people.map(({ member: one, first_seen }) => ({
      active: visitsOf.get(one)?.active ?? '0'.repeat(observedDays),
      quarters: visitsOf.get(one)?.quarters.replaceAll('0', '').length ?? 0,
      tenureDays: daysBetween(dayAt(zone, first_seen), yesterday),
      rating: ratingOf.get(one) ?? null,
    }));
  });
}
