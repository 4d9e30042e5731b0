import { type RetentionClass, type SweepEvent } from '@annals/contracts';
import { type StoredEvent } from '@annals/event-store';
import { type Tx } from '@annals/postgres';
import { type KeptTable } from './kept.js';

/**
 * Lets a read model follow what sweeps removed, after the rows of the same events: live there is nothing left to delete,
 * and built anew it does not bring back what is gone. All events are of one account, whose scope is set.
 */
export async function forgetSwept(
  tx: Tx,
  events: readonly StoredEvent[],
  { class: of, table, at }: Pick<KeptTable, 'class' | 'table' | 'at'>,
): Promise<void> {
  const swept = sweptUntil(events, of);
  if (!swept) return;
  await tx.query(`delete from ${table} where account_id = $1 and ${at} < $2`, [swept.account_id, swept.until]);
}

/** The furthest that sweeps of a class came among these events. */
function sweptUntil(events: readonly StoredEvent[], of: RetentionClass): SweepEvent['data'] | undefined {
  return events
    .filter(({ type, data }) => type === 'RetentionApplied' && data.class === of)
    .map(({ data }) => data as SweepEvent['data'])
    .reduce<SweepEvent['data'] | undefined>((far, one) => (far && far.until > one.until ? far : one), undefined);
}
