import { serviceIdentity } from '@annals/auth';
import { type SweepEvent } from '@annals/contracts';
import { type Aggregate, type EventStore, uuidv7 } from '@annals/event-store';

/** Tellings of sweeps, one stream for each account and class. Nothing is decided by them. */
const sweeps: Aggregate<null> = { category: 'sweep', initial: null, evolve: () => null };

const principal = 'svc:retention';

/** Tells the account's logs what a sweep removed. Nothing is told of nothing. */
export async function tell(store: EventStore, data: SweepEvent['data'], now: Date): Promise<void> {
  if (data.rows + data.streams + data.keys === 0) return;
  const id = uuidv7(now);
  await store.execute(sweeps, `${data.account_id}_${data.class}`, {
    id,
    context: {
      ...serviceIdentity(principal, { accountId: data.account_id }),
      ...{ request_id: id, transaction_id: id, correlation_id: id, causation_id: id },
      ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: now.toISOString() },
    },
    now: now.toISOString(),
    decide: () => [{ type: 'RetentionApplied', data }],
  });
}
