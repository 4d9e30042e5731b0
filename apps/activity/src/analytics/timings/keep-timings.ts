import { type RequestTiming, RequestTimingBatch } from '@annals/contracts';
import { setTenant, type Pool, type Tx, withTransaction } from '@annals/postgres';
import { mountInside, type MountedRoute } from '@annals/service';
import { byAccount } from '../../log/by-account.js';
import { quarterMs } from '../../local-time/clock.js';

/** For gateways: how long requests took. */
export const requestTimingsOfGateways = (pool: Pool): MountedRoute =>
  mountInside(
    {
      ...{ method: 'POST', path: '/internal/request-timings', principals: ['gateway'] },
      ...{ body: RequestTimingBatch, bodyLimit: 2_000_000 },
    },
    async ({ body, now }) => {
      await keepTimings(pool, body, now);
      return { status: 204 };
    },
  );

/** Adds a gateway's histograms. A batch that is told again, because its answer got lost, counts once. */
async function keepTimings(pool: Pool, { id, timings }: RequestTimingBatch, now: string): Promise<void> {
  await withTransaction(pool, async (tx) => {
    await tx.query("delete from request_timing_batches where at < $1::timestamptz - interval '1 day'", [now]);
    const first = await tx.query('insert into request_timing_batches (id, at) values ($1, $2) on conflict do nothing', [
      ...[id, now],
    ]);
    if (first.rowCount === 0) return;
    // In one order everywhere, so that two gateways cannot wait for each other's rows.
    const accounts = [...byAccount(timings, (timing) => timing.account_id)].sort(([one], [other]) =>
      one < other ? -1 : 1,
    );
    const writes = accounts.map(([accountId, ofAccount]) =>
      Promise.all([
        ...[setTenant(tx, accountId), addRequests(tx, accountId, ofAccount)],
        addPeople(tx, accountId, ofAccount),
      ]),
    );
    await Promise.all(writes);
  });
}

async function addRequests(tx: Tx, accountId: string, timings: readonly RequestTiming[]): Promise<void> {
  const rows = timings.flatMap(({ route, status_class, minute, counts }) => {
    const at = Date.parse(minute);
    const quarter = new Date(at - (at % quarterMs)).toISOString();
    const pairs = Array.from({ length: counts.length / 2 }, (_, pair) => counts.slice(2 * pair, 2 * pair + 2));
    return pairs.map(([bucket, requests]) => ({ quarter, route, status_class, bucket, requests }));
  });
  await tx.query(
    `insert into request_timings (account_id, quarter, route, status_class, bucket, requests)
     select $1, u.quarter, u.route, u.status_class, u.bucket, sum(u.requests)
     from unnest($2::timestamptz[], $3::text[], $4::smallint[], $5::smallint[], $6::bigint[])
       as u(quarter, route, status_class, bucket, requests)
     group by 2, 3, 4, 5 order by 2, 3, 4, 5
     on conflict (account_id, quarter, route, status_class, bucket) do update set
       requests = request_timings.requests + excluded.requests`,
    [
      accountId,
      ...(['quarter', 'route', 'status_class', 'bucket', 'requests'] as const).map((name) =>
        rows.map((row) => row[name]),
      ),
    ],
  );
}

async function addPeople(tx: Tx, accountId: string, timings: readonly RequestTiming[]): Promise<void> {
  await tx.query(
    `insert into route_people (account_id, day, route, people)
     select $1, u.day, u.route, max(u.people)
     from unnest($2::date[], $3::text[], $4::smallint[]) as u(day, route, people)
     group by 2, 3 order by 2, 3
     on conflict (account_id, day, route) do update set people = greatest(route_people.people, excluded.people)`,
    [
      accountId,
      timings.map(({ minute }) => minute.slice(0, 10)),
      timings.map(({ route }) => route),
      timings.map(({ people }) => people),
    ],
  );
}
