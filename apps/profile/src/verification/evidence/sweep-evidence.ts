import { serviceIdentity } from '@annals/auth';
import { derivedId, type EventStore } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import { type Pool, projectionSchema } from '@annals/postgres';
import { isHeld, standings } from '../../restriction/restriction.js';
import { verificationList } from '../../views/verifications/projection.js';
import { verifications } from '../verification.js';
import { expireEvidence } from './expire-evidence.js';
import { settlePending } from './pending-evidence.js';
import { removeBytes } from './stored-evidence.js';

export interface SweepParts {
  store: Pick<EventStore, 'load' | 'execute'>;
  pool: Pool;
  objects: Objects;
  /** How long evidence is kept after a decision: VERIFICATION_EVIDENCE_DAYS. */
  days: number;
}

interface Due {
  person: string;
  since: Date;
}

const atOnce = 100;
const dayMs = 24 * 60 * 60 * 1000;

/**
 * Deletes evidence whose time is over. Any number of processes may do it at once, and again: what to delete is decided
 * on each person's own stream.
 * @param now RFC 3339
 */
export async function sweepEvidence(parts: SweepParts, now: string): Promise<void> {
  await settlePending(parts, now);
  const before = new Date(Date.parse(now) - parts.days * dayMs);
  const failures: unknown[] = [];
  let page = await dueAfter(parts.pool, before);
  while (page.length > 0) {
    const outcomes = await Promise.allSettled(page.map((due) => expire(parts, due, now)));
    // One person's evidence that cannot be deleted now holds up nobody else's.
    failures.push(...outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : [])));
    page = page.length < atOnce ? [] : await dueAfter(parts.pool, before, page.at(-1)?.person);
  }
  if (failures.length > 0) throw failures[0];
}

async function dueAfter(pool: Pool, before: Date, last = ''): Promise<Due[]> {
  const { rows } = await pool.query<Due>(
    `select person, min(since) as since from ${projectionSchema(verificationList)}.kept
     where since <= $1 and person > $2 group by person order by person limit ${atOnce}`,
    [before, last],
  );
  return rows;
}

async function expire({ store, objects, days }: SweepParts, { person, since }: Due, now: string): Promise<void> {
  // Under a legal hold nothing goes; the sweep after its end finds it again.
  if (isHeld((await store.load(standings, person)).state, now)) return;
  const [account_id = '', user_id = ''] = person.split('_');
  const id = derivedId(user_id, `evidence in ${account_id} since ${since.toISOString()} until ${now}`);
  const context = {
    ...serviceIdentity('svc:profile', { userId: user_id, accountId: account_id }),
    ...{ request_id: id, transaction_id: id, correlation_id: id, causation_id: id },
    ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: now },
  };
  const command = { account_id, user_id, days, now };
  const { events } = await store.execute(verifications, person, {
    ...{ id, context, now },
    decide: (state) => expireEvidence(command, state),
  });
  await removeBytes(objects, events);
}

const everyMs = 10 * 60 * 1000;

/** Sweeps every ten minutes, in every process. */
export function startEvidenceSweeper(parts: SweepParts, onError: (error: Error) => void): { stop(): Promise<void> } {
  let running: Promise<void> = Promise.resolve();
  const sweep = () => {
    running = running.then(() => sweepEvidence(parts, new Date().toISOString())).catch(onError);
  };
  const timer = setInterval(sweep, everyMs);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return running;
    },
  };
}
