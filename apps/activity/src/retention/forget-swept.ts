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
  { class: of, table, at, person }: Pick<KeptTable, 'class' | 'table' | 'at'> & { person: string },
): Promise<void> {
  await Promise.all(
    sweptUntil(events, of).map(({ account_id, until, spared = [] }) =>
      tx.query(`delete from ${table} where account_id = $1 and ${at} < $2 and not ${person} = any($3::uuid[])`, [
        ...[account_id, until, spared],
      ]),
    ),
  );
}

/** The furthest that sweeps of a class came among these events, for each lot of people whom they spared. */
function sweptUntil(events: readonly StoredEvent[], of: RetentionClass): SweepEvent['data'][] {
  const furthest = new Map<string, SweepEvent['data']>();
  for (const { type, data } of events) {
    if (type !== 'RetentionApplied' || data.class !== of) continue;
    const one = data as SweepEvent['data'];
    const lot = one.spared?.join() ?? '';
    const far = furthest.get(lot);
    if (!far || far.until < one.until) furthest.set(lot, one);
  }
  return [...furthest.values()];
}
