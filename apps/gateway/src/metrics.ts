import type { Metrics } from '@annals/service';
import type { ContextCache } from './context/context-cache.js';
import type { Revocations } from './revocation/revocations.js';

/** Shows how contexts are found. The cache only counts; the numbers are read when somebody scrapes. */
export function showContextMetrics(metrics: Metrics, cache: ContextCache, revocations: Revocations): void {
  metrics.gauge(
    'annals_context_lookups',
    'Context lookups since the start, by what came of them',
    ['result'],
    (gauge) => {
      for (const [result, count] of Object.entries<number>({ ...cache.stats })) gauge.set(count, { result });
    },
  );
  metrics.gauge('annals_revocation_feed_trusted', 'Whether the revocation feed has spoken lately', [], (gauge) =>
    gauge.set(revocations.isTrusted() ? 1 : 0),
  );
  metrics.gauge('annals_revocation_feed_silence_seconds', 'Time since the revocation feed spoke', [], (gauge) =>
    gauge.set(revocations.silenceMs() / 1000),
  );
}

/** Shows how many requests are being answered. @returns told of each that begins and ends */
export function showInFlight(metrics: Metrics): (change: 1 | -1) => void {
  let inFlight = 0;
  metrics.gauge('annals_http_in_flight', 'Requests being answered', [], (gauge) => gauge.set(inFlight));
  return (change) => {
    inFlight += change;
  };
}
