import { type Satisfaction } from '@annals/contracts';
import { type Pool, projectionSchema, tenantQuery } from '@annals/postgres';
import { oneOrAll } from '../engagement/read-presence.js';
import { hiddenSharing, tooFew } from '../suppression/hidden-cells.js';
import { type Bucket, bucketsOf, type FeedbackBucket } from './buckets.js';
import { feedbackAnswers } from './projection.js';
import { wilson } from './wilson.js';

export interface SatisfactionAsked {
  accountId: string;
  /** One person's answers, by pseudonym; null: those of all people of the account. */
  member: string | null;
  zone: string;
  /** First and last day on the wall, both included. */
  from: string;
  to: string;
  /** Days unless said. */
  bucket?: FeedbackBucket;
}

/** Answers of one cell: of everything, of a topic (`what` 1) or of a bucket (`what` 2). */
interface Cell {
  what: 0 | 1 | 2;
  topic: string | null;
  bucket: number | null;
  answers: number;
  people: number;
  mean: number | null;
  satisfied: number;
  ratings: number[];
  raters: number[];
}

/** Most topics that are shown. */
const shownTopics = 20;

const each = (count: (rating: number) => string) => `array[${[1, 2, 3, 4, 5].map(count).join(', ')}]`;
const cellQuery = (member: string | null): string => `
  with asked as (select * from unnest($3::int[], $4::timestamptz[], $5::timestamptz[]) as b(bucket, starts, ends)),
  told as (
    select a.topic, a.rating, a.member, b.bucket
    from asked b join ${projectionSchema(feedbackAnswers)}.answers a
      on a.account_id = $1 and a.given_at >= b.starts and a.given_at < b.ends
    where ${oneOrAll('a', member)}
  )
  select case when grouping(topic) = 0 then 1 when grouping(bucket) = 0 then 2 else 0 end as what, topic, bucket,
    count(*)::int as answers, count(distinct member)::int as people, avg(rating)::float8 as mean,
    count(*) filter (where rating >= 4)::int as satisfied,
    ${each((rating) => `count(*) filter (where rating = ${rating})::int`)} as ratings,
    ${each((rating) => `count(distinct member) filter (where rating = ${rating})::int`)} as raters
  from told group by grouping sets ((), (topic), (bucket))
  order by answers desc, topic`;

/**
 * How content people say they are: the mean, the share of ratings 4 and 5, and how often each rating was given. About an
 * account a number is told when it is of five people or more and does not give away one that is not.
 */
export async function satisfactionOf(pool: Pool, asked: SatisfactionAsked): Promise<Satisfaction> {
  const { accountId, member, zone, from, to, bucket = 'day' } = asked;
  const buckets = bucketsOf(zone, from, to, bucket);
  const { rows } = await tenantQuery<Cell>(pool, { accountId }, cellQuery(member), [
    ...[accountId, member, buckets.map((_, index) => index)],
    ...[buckets.map(({ starts }) => starts), buckets.map(({ ends }) => ends)],
  ]);
  return answerOf(rows, buckets, member !== null);
}

function answerOf(cells: readonly Cell[], buckets: readonly Bucket[], own: boolean): Satisfaction {
  const whole = cells.find(({ what }) => what === 0)!;
  const topics = cells.filter(({ what }) => what === 1);
  const series: Counted[] = buckets.map(
    (_, index) => cells.find(({ what, bucket }) => what === 2 && bucket === index) ?? nothing,
  );
  const hidden = (of: readonly Counted[]) =>
    own ? of.map(() => false) : hiddenSharing(of.map(({ people }) => people));
  const [hiddenTopics, hiddenBuckets] = [hidden(topics), hidden(series)];
  const told = topics.filter((_, index) => !hiddenTopics[index]).slice(0, shownTopics);
  const small = !own && whole.raters.some(tooFew);
  return {
    ...contentOf(whole, !own && tooFew(whole.people), own),
    distribution: small ? null : whole.ratings,
    topics: told.map((cell) => ({ topic: cell.topic, ...contentOf(cell, false, own) })),
    topics_suppressed: hiddenTopics.includes(true),
    series: series.map((cell, index) => ({
      from: buckets[index]!.from,
      ...contentOf(cell, hiddenBuckets[index]!, own),
    })),
  };
}

type Counted = Pick<Cell, 'answers' | 'people' | 'mean' | 'satisfied'>;
const nothing: Counted = { answers: 0, people: 0, mean: null, satisfied: 0 };

type Content = Pick<Satisfaction, 'answers' | 'mean' | 'satisfied' | 'interval' | 'suppressed'>;

/** The interval reckons with people and not with answers: what one person says on two days is not two opinions. */
function contentOf({ answers, people, mean, satisfied }: Counted, suppressed: boolean, own: boolean): Content {
  if (suppressed) return { answers: null, mean: null, satisfied: null, interval: null, suppressed };
  if (answers === 0) return { answers, mean: null, satisfied: null, interval: null, suppressed };
  const share = satisfied / answers;
  const { low, high } = wilson(share, people);
  const interval = own ? null : { low: hundredths(low), high: hundredths(high) };
  return { answers, mean: hundredths(mean!), satisfied: hundredths(share), interval, suppressed };
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;
