import { durationBucketCount, durationOf, type RoutePerformance } from '@annals/contracts';
import { type Pool, withTenant } from '@annals/postgres';
import { fewestPeople } from '../../suppression/hidden-cells.js';
import { type Period } from '../summed-cells.js';

interface Row {
  route: string;
  status_class: number;
  bucket: number;
  requests: number;
}

/**
 * How long each route took in a period, most used first. A route that no five people used on one day is not told of: who
 * they were is not known here, so people of different days cannot be added up.
 */
export async function performanceOf(pool: Pool, accountId: string, { from, to }: Period): Promise<RoutePerformance[]> {
  const { rows } = await withTenant(pool, { accountId }, (tx) =>
    tx.query<Row>(
      `select route, status_class, bucket, sum(requests)::float8 as requests
       from request_timings
       where account_id = $1 and quarter >= $2 and quarter < $3 and route in (
         select route from route_people
         where account_id = $1 and day between ($2::timestamptz at time zone 'UTC')::date
           and (($3::timestamptz - interval '15 minutes') at time zone 'UTC')::date and people >= $4)
       group by route, status_class, bucket`,
      [accountId, from.toISOString(), to.toISOString(), fewestPeople],
    ),
  );
  return [...Map.groupBy(rows, (row) => row.route)]
    .map(([route, ofRoute]) => performanceOfRoute(route, ofRoute))
    .sort((a, b) => b.requests - a.requests || (a.route < b.route ? -1 : 1));
}

function performanceOfRoute(route: string, rows: readonly Row[]): RoutePerformance {
  const histogram = new Array<number>(durationBucketCount).fill(0);
  for (const { bucket, requests } of rows) histogram[bucket]! += requests;
  const total = rows.reduce((sum, { requests }) => sum + requests, 0);
  const shareOf = (statusClass: number) =>
    rows.reduce((sum, row) => (row.status_class === statusClass ? sum + row.requests : sum), 0) / total;
  const at = (share: number) => percentile(histogram, total, share);
  return {
    ...{ route, requests: total },
    ...{ p50_ms: at(0.5), p90_ms: at(0.9), p95_ms: at(0.95), p99_ms: at(0.99) },
    ...{ error_share: shareOf(5), refused_share: shareOf(4) },
  };
}

/**
 * Duration in milliseconds within which this share of requests was answered: of the request at that place when all are
 * put in order (nearest rank), at most 5 % off: `relativeError`, and what three digits leave out.
 */
export function percentile(histogram: readonly number[], total: number, share: number): number {
  let left = Math.max(1, Math.ceil(share * total));
  const bucket = histogram.findIndex((count) => (left -= count) <= 0);
  return Number(durationOf(bucket).toPrecision(3));
}
