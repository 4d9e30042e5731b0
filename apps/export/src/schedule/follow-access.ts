import { serviceIdentity } from '@annals/auth';
import { derivedId, type EventStore } from '@annals/event-store';
import type { MessageHandler } from '@annals/messaging';
import { accessEndOf } from '../members/access-end.js';
import { seen, type MemberParts } from '../members/follow-members.js';
import { scheduledPeople } from '../views/schedules/schedules.projection.js';
import { endSchedules } from './end-schedule.js';
import { scheduleSets, schedulesId } from './schedules.js';

export interface ScheduleAccessParts extends Pick<MemberParts, 'view' | 'patienceMs' | 'now'> {
  store: EventStore;
}

/** Clocks differ a little, as where exports end. */
const graceMs = 5_000;

/** Ends the schedules of people who left, were disabled or deleted, and of accounts that were closed, with the reason. */
export function endSchedulesOfAccess({ store, ...parts }: ScheduleAccessParts): MessageHandler {
  return async (message, context, tx) => {
    const end = accessEndOf(message, context);
    if (!end) return;
    await seen(parts, 'schedules');
    const now = parts.now().toISOString();
    const until = new Date(Date.parse(context.timestamp) + graceMs).toISOString();
    const { request_id, transaction_id, correlation_id, traceparent, timestamp } = context;
    for (const { account, owner } of await scheduledPeople(tx, end.whose)) {
      // Who did it in one account is nobody's business in another.
      const userId = account === context.account_id ? context.user_id : owner;
      await store.execute(scheduleSets, schedulesId(account, owner), {
        id: derivedId(message.id, `${account} ${owner}`),
        context: {
          ...serviceIdentity('svc:export', { accountId: account, userId }),
          ...{ request_id, transaction_id, correlation_id, causation_id: message.id },
          ...{ ip_address: null, user_agent: null, traceparent, timestamp },
        },
        now,
        decide: (state) => endSchedules({ reason: end.reason, until, now }, state),
      });
    }
  };
}
