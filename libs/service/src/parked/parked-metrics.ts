import type { Logger } from '../log.js';
import type { Metrics } from '../metrics.js';
import type { ParkedDesk } from './parked-desk.js';

/**
 * Shows how much is put aside. Counting takes a query and a scrape does not wait, so each shows what was counted at the
 * one before. @returns counts now
 */
export function showParked(desk: ParkedDesk, metrics: Metrics, logger: Pick<Logger, 'warn'>): () => Promise<void> {
  const known = new Map<string, { kind: string; source: string; count: number }>();
  let counting: Promise<void> | undefined;
  const count = () =>
    (counting ??= desk
      .counts()
      .then((counted) => {
        for (const each of known.values()) each.count = 0;
        for (const each of counted) known.set(`${each.kind} ${each.source}`, each);
      })
      .catch((error: unknown) => logger.warn({ error }, 'parked work could not be counted'))
      .finally(() => (counting = undefined)));
  metrics.gauge(
    'annals_parked',
    'Streams (event), keys (message) and dead letters (letter) that wait for somebody',
    ['kind', 'source'],
    (gauge) => {
      for (const { kind, source, count: value } of known.values()) gauge.set(value, { kind, source });
      void count();
    },
  );
  void count();
  return count;
}
