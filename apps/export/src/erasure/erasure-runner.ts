import { type Pool, standForLeader } from '@annals/postgres';
import { type Logger, type Metrics, processMetrics, withSpan } from '@annals/service';
import { openErasures, type OpenErasure } from '../views/erasures/erasures.projection.js';
import { type ErasureParts, runErasure } from './run-erasure.js';

export interface ErasureRunner {
  /** Looks at once for what there is to do. */
  wake(): void;
  /** Lets steps at hand come to an end, then resolves. */
  stop(): Promise<void>;
}

export interface RunnerOptions {
  pool: Pool;
  parts: ErasureParts;
  logger: Logger;
  metrics?: Metrics;
  /** How often to look for erasures whose time has come, in milliseconds; 1,000 unless said. */
  lookEveryMs?: number;
  /** First pause before an erasure that failed or waits is tried again, doubled up to a minute; 1,000 unless said. */
  firstPauseMs?: number;
}

const longestPauseMs = 60_000;
/** How long what stands against an erasure may be gone before it goes on. */
const longestWaitMs = 5_000;
/** They wait for the other services most of the time. */
const atOnce = 4;
/** Longer than this nobody should wait for a service. */
const overdueMs = 3_600_000;

interface Rest {
  until: number;
  pauseMs: number;
}

/**
 * Carries erasures out, in one process of the service at a time. It never gives one up: what fails is tried again, ever more
 * seldom, and is on record as a warning and in the metrics.
 */
export function runErasures(options: RunnerOptions): ErasureRunner {
  const { pool, parts, logger, lookEveryMs = 1_000, firstPauseMs = 1_000 } = options;
  const running = new Map<string, Promise<void>>();
  const rests = new Map<string, Rest>();
  const overdue = new Map<string, number>();
  let open: readonly OpenErasure[] = [];
  let wake: () => void = () => undefined;
  countErasures(options.metrics ?? processMetrics, () => open, parts.now);

  async function attempt(id: string, lost: AbortSignal): Promise<void> {
    try {
      const result = await withSpan('erasure', { 'app.erasure_id': id }, () => runErasure(parts, id, lost));
      rest(id, result === 'waits' ? longestWaitMs : longestPauseMs);
    } catch (error) {
      if (lost.aborted) return;
      rest(id);
      logger.warn({ error, job_id: id, delay_ms: rests.get(id)!.pauseMs }, 'an erasure could not go on');
    }
  }

  /** Also of what is over, until the view knows it. */
  function rest(id: string, longestMs = longestPauseMs): void {
    const before = rests.get(id)?.pauseMs;
    const pauseMs = before === undefined ? firstPauseMs : Math.min(2 * before, longestMs);
    rests.set(id, { until: performance.now() + pauseMs, pauseMs });
  }

  /** Said once an hour of each that takes longer than one. */
  function tellOverdue(): void {
    const now = parts.now().getTime();
    for (const { erasure_id, begun_at } of open) {
      if (begun_at === null || now - begun_at.getTime() < overdueMs) continue;
      if (now - (overdue.get(erasure_id) ?? 0) < overdueMs) continue;
      overdue.set(erasure_id, now);
      logger.error({ job_id: erasure_id, duration_ms: now - begun_at.getTime() }, 'an erasure takes too long');
    }
  }

  function startDue(lost: AbortSignal): void {
    for (const { erasure_id: id } of open) {
      if (running.size >= atOnce) return;
      if (running.has(id) || (rests.get(id)?.until ?? 0) > performance.now()) continue;
      const work = attempt(id, lost).finally(() => {
        running.delete(id);
        wake();
      });
      running.set(id, work);
    }
  }

  /** What is over is remembered no longer. */
  function forgetClosed(): void {
    const ids = new Set(open.map(({ erasure_id }) => erasure_id));
    for (const notes of [rests, overdue]) for (const id of notes.keys()) if (!ids.has(id)) notes.delete(id);
  }

  async function lead(lost: AbortSignal): Promise<void> {
    lost.addEventListener('abort', () => wake(), { once: true });
    while (!lost.aborted) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      try {
        open = await openErasures(pool, parts.now());
        forgetClosed();
        tellOverdue();
        startDue(lost);
      } catch (error) {
        logger.warn({ error }, 'open erasures cannot be read');
      }
      const timer = setTimeout(() => wake(), lookEveryMs);
      if (!lost.aborted) await woken;
      clearTimeout(timer);
    }
    await Promise.all(running.values());
    open = [];
  }

  const leadership = standForLeader({
    ...{ url: pool.url, name: 'erasures', lead },
    onError: (error) => logger.error({ error }, 'erasures cannot be carried out'),
  });
  return { wake: () => wake(), stop: () => leadership.stop() };
}

function countErasures(metrics: Metrics, open: () => readonly OpenErasure[], now: () => Date): void {
  metrics.gauge('annals_erasures_open', 'Erasures whose time has come and that are not certified', [], (gauge) =>
    gauge.set(open().length),
  );
  metrics.gauge('annals_erasure_longest_seconds', 'How long the longest erasure has been under way', [], (gauge) => {
    const ages = open().flatMap(({ begun_at }) => (begun_at ? [now().getTime() - begun_at.getTime()] : []));
    gauge.set(Math.max(0, ...ages) / 1000);
  });
}
