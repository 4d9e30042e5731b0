import { type Pool, projectionSchema, tenantQuery } from '@annals/postgres';
import { dayMasks } from '../engagement/day-masks.js';
import { presenceLog } from '../engagement/presence.js';
import { type About, columnsOf } from '../engagement/read-presence.js';
import { feedbackAnswers } from '../feedback/projection.js';
import { dayAt, daysAfter, daysBetween, startOfDay } from '../local-time/clock.js';
import { hourDays, type Observed, observedDays, ratingDays } from './observed.js';

const [presence, feedback] = [projectionSchema(presenceLog), projectionSchema(feedbackAnswers)];

interface Row {
  active: string | null;
  quarters: string | null;
  first_seen: Date;
  rating: number | null;
}

/** Pseudonyms are as good as drawn by lot, so the first of them are people chosen by chance. */
const observedQuery = `
  with asked as (
    select day, utc, mask::bit(96), ago, bit::bit(${observedDays})
    from unnest($3::date[], $4::date[], $5::text[], $6::int[], $7::text[]) as a(day, utc, mask, ago, bit)
  ),
  people as (
    select m.member, m.first_seen from ${presence}.members m
    where m.account_id = $1 and ($2::bytea is null or m.member = $2)
      and not exists (select from ${presence}.refusals r where r.account_id = $1 and r.member = m.member)
    order by m.member limit $8
  ),
  visits as (
    select p.member, a.bit, a.ago, p.quarters & a.mask as quarters, min(a.ago) over (partition by p.member) as last
    from asked a join ${presence}.presence p
      on p.account_id = $1 and p.day = a.utc and p.quarters & a.mask <> 0::bit(96)
    where p.member in (select member from people)
  ),
  seen as (
    select member, bit_or(bit) as active, bit_or(quarters) filter (where ago < last + ${hourDays}) as quarters
    from visits group by member
  )
  select s.active::text, s.quarters::text, o.first_seen, f.rating
  from people o left join seen s using (member) left join lateral (
    select rating from ${feedback}.answers f
    where f.account_id = $1 and f.member = o.member and f.given_at >= $9 and f.given_at < $10
    order by f.given_at desc, f.id desc limit 1
  ) f on true`;

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
  const ratings = [startOfDay(zone, daysAfter(yesterday, -ratingDays)), startOfDay(zone, daysAfter(yesterday, 1))];
  const { rows } = await tenantQuery<Row>(pool, { accountId }, observedQuery, [
    ...[accountId, member, ...columnsOf(masks), ago, bits, most, ...ratings],
  ]);
  return rows.map(({ active, quarters, first_seen, rating }) => ({
    active: active ?? '0'.repeat(observedDays),
    quarters: quarters?.replaceAll('0', '').length ?? 0,
    tenureDays: daysBetween(dayAt(zone, first_seen), yesterday),
    rating,
  }));
}
