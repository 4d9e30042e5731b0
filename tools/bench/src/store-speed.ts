import { randomUUID } from 'node:crypto';
import { allEvents, type CurrentUserContext } from '@annals/contracts';
import { connectEventStore, uuidv7, type Aggregate, type EventStore } from '@annals/event-store';
import { createPool, subjectKeys } from '@annals/postgres';

export interface StoreSpeed {
  /** Warm commands a second, each one durable append. */
  sequential: number;
  parallel: number;
  readEvents: number;
  /** Milliseconds from the append call to the subscriber's handler. */
  lagP50: number;
  lagP99: number;
}

const sketch: Aggregate<number> = { category: 'export', initial: 0, evolve: (count) => count + 1 };

/** A service principal at work in an account. */
export function benchContext(accountId: string): CurrentUserContext {
  const id = uuidv7();
  return {
    ...{ kind: 'service', user_id: null, principal: 'svc:bench', user_email_hash: null, account_id: accountId },
    ...{ account_slug: null, session_id: null, membership_id: null, role: null, roles: [], permissions: [] },
    ...{ is_super_admin: false, is_system_admin_access: false, auth_methods: [], actor: null },
    ...{
      conditional_permissions: [],
      temporary_roles: [],
      elevation_id: null,
      valid_until: null,
      authenticated_at: null,
    },
    ...{ request_id: id, transaction_id: id, correlation_id: id, causation_id: id, ip_address: null, user_agent: null },
    ...{ traceparent: null, timestamp: new Date().toISOString() },
  };
}

async function write(store: EventStore, accountId: string, exportId: string): Promise<void> {
  const ids = { account_id: accountId, export_id: exportId, user_id: accountId };
  await store.execute(sketch, `${accountId}_${exportId}`, {
    id: uuidv7(),
    context: benchContext(accountId),
    now: new Date().toISOString(),
    decide: () => [{ type: 'ExportCancelled', data: { ...ids, cancelled_at: new Date().toISOString() } }],
  });
}

/** Speed of the write path and of reading, straight at the event store: no HTTP, no read models. */
export async function measureStore(
  env: { url: string; keysUrl: string; kek: string },
  seconds: number,
): Promise<StoreSpeed> {
  const pool = createPool({ url: env.keysUrl, applicationName: 'annals-bench', max: 2 });
  const store = connectEventStore({
    url: env.url,
    events: allEvents,
    keys: subjectKeys(pool, Buffer.from(env.kek, 'base64')),
  });
  const accountId = randomUUID();
  const perSecond = async (writers: number) => {
    let done = 0;
    const start = Date.now();
    const until = start + seconds * 1000;
    const writer = async () => {
      const exportId = randomUUID();
      for (; Date.now() < until; done++) await write(store, accountId, exportId);
    };
    await Promise.all(Array.from({ length: writers }, writer));
    return done / ((Date.now() - start) / 1000);
  };
  await perSecond(16);
  const sequential = await perSecond(1);
  const parallel = await perSecond(64);
  const lags = await measureLag(store, accountId);
  const readEvents = await readRate(store);
  await store.close();
  await pool.end();
  return {
    sequential,
    parallel,
    readEvents,
    lagP50: lags[Math.floor(lags.length / 2)] ?? 0,
    lagP99: lags[Math.floor(lags.length * 0.99)] ?? 0,
  };
}

async function readRate(store: EventStore): Promise<number> {
  let events = 0;
  const start = Date.now();
  for await (const _event of store.readAll({ limit: 50_000, open: false })) events += 1;
  return events / ((Date.now() - start) / 1000);
}

/** Five hundred writes one after the other, each followed to a live subscriber. Sorted milliseconds. */
async function measureLag(store: EventStore, accountId: string): Promise<number[]> {
  const waiting = new Map<string, (at: number) => void>();
  let head: Awaited<ReturnType<typeof last>> = null;
  const last = async () => {
    for await (const event of store.readAll({ backwards: true, limit: 1, open: false })) return event.position;
    return null;
  };
  head = await last();
  const subscription = store.subscribe({
    name: 'bench-lag',
    categories: ['export'],
    from: async () => head,
    handle: async ({ events }) => {
      const at = performance.now();
      for (const event of events) waiting.get(event.stream)?.(at);
    },
  });
  await subscription.caughtUp();
  const lags: number[] = [];
  for (let n = 0; n < 500; n++) {
    const exportId = randomUUID();
    const seen = new Promise<number>((done) => waiting.set(`export-${accountId}_${exportId}`, done));
    const start = performance.now();
    await write(store, accountId, exportId);
    lags.push((await seen) - start);
  }
  await subscription.stop();
  return lags.sort((a, b) => a - b);
}
