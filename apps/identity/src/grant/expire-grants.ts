import { serviceIdentity } from '@annals/auth';
import { derivedId } from '@annals/event-store';
import { projectionSchema, type Pool } from '@annals/postgres';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { grantList } from '../views/grants/grants.js';
import { endGrantsOf } from './end-grants.js';
import { isOver } from './grant.js';

const atOnce = 50;

interface Due {
  membership_id: string;
  role_id: string;
  expires_at: Date;
  /** Of the fact that gave it. */
  event_id: string;
}

/**
 * Writes down that grants have expired. They gave nothing any more from their last moment on; this makes it a fact that
 * the log shows. Any number of processes may do it at once, and again: what to end is decided on the grants themselves,
 * under an id that follows from the grant.
 * @param now RFC 3339
 */
export async function expireGrants(identity: Identity, now: string): Promise<void> {
  let page = await dueAfter(identity.pool, now);
  while (page.length > 0) {
    const outcomes = await Promise.allSettled(page.map((due) => expire(identity, due, now)));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    page = page.length < atOnce ? [] : await dueAfter(identity.pool, now, page.at(-1));
  }
}

async function dueAfter(pool: Pool, now: string, last?: Due): Promise<Due[]> {
  const { rows } = await pool.query<Due>(
    `select membership_id, role_id, expires_at, event_id from ${projectionSchema(grantList)}.due
     where expires_at <= $1 and ($2::timestamptz is null or (expires_at, membership_id, role_id) > ($2, $3, $4))
     order by expires_at, membership_id, role_id limit ${atOnce}`,
    [now, last?.expires_at ?? null, last?.membership_id ?? null, last?.role_id ?? null],
  );
  return rows;
}

async function expire(identity: Identity, { membership_id, role_id, event_id }: Due, now: string): Promise<void> {
  const [account_id = '', user_id = ''] = membership_id.split('_');
  const why = (grant: Parameters<typeof isOver>[0]) =>
    grant.role_id === role_id && isOver(grant, now) ? 'expired' : null;
  await endGrantsOf(identity, onBehalfOf(user_id, account_id, event_id, now), { account_id, user_id, why });
}

/** As the service itself, because of the grant, for its person. */
function onBehalfOf(userId: string, accountId: string, grantId: string, now: string): Asking {
  const commandId = derivedId(grantId, 'expired');
  return {
    commandId,
    context: {
      ...serviceIdentity('svc:identity', { userId, accountId }),
      ...{ request_id: commandId, transaction_id: commandId, correlation_id: commandId, causation_id: grantId },
      ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: now },
    },
    now,
  };
}

/** Expires grants now and then, in every process. @param everyMs milliseconds between two looks */
export function startExpiringGrants(
  identity: Identity,
  onError: (error: Error) => void,
  everyMs = 5_000,
): { stop(): void } {
  let running = false;
  async function tick(): Promise<void> {
    if (running) return;
    running = true;
    await expireGrants(identity, new Date().toISOString()).catch(onError);
    running = false;
  }
  const timer = setInterval(() => void tick(), everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
