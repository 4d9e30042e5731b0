import type { Denial } from '@annals/contracts';
import type { Metrics } from '@annals/service';
import { newRequestId } from '../edge/request-id.js';
import type { TellIdentity } from '../inside/tell-identity.js';
import { createDenialQueue } from './denial-queue.js';
import { createFlood } from './flood.js';

export interface DenialRecorder {
  /** Resolves when the denial is recorded durably, but after a second at the latest: an answer waits for it. */
  record(denial: Denial): Promise<void>;
  /** Tells what is left to tell. */
  close(): Promise<void>;
}

export interface DenialRecorderOptions {
  tell: TellIdentity;
  metrics: Metrics;
  onTrouble: (error: unknown) => void;
  /** How long an answer waits, in milliseconds. */
  patienceMs?: number;
  /** How often repetitions are told, in milliseconds. */
  summaryMs?: number;
}

const CLOSE_MS = 3_000;

/** Records each 403 that somebody who had signed in was given. Repetitions beyond a few per minute are told together. */
export function createDenialRecorder(options: DenialRecorderOptions): DenialRecorder {
  const { tell, metrics, onTrouble, patienceMs = 1_000, summaryMs = 60_000 } = options;
  const lost = metrics.counter('annals_denials_lost_total', 'Refusals that no log will ever show');
  const late = metrics.counter(
    'annals_denials_unacknowledged_total',
    'Refusals answered before they were known to be recorded; they still may be',
  );
  const gathered = metrics.counter('annals_denials_gathered_total', 'Refusals told as a number, in a summary');
  const flood = createFlood({ newId: () => newRequestId(Date.now()) });
  const queue = createDenialQueue({
    send: (denials) => tell('/internal/denials', { denials }),
    onLost: (count) => lost.add(count),
    onTrouble,
  });
  const tellSummaries = () => void flood.drain().map((summary) => queue.add(summary));
  const timer = setInterval(tellSummaries, summaryMs);
  timer.unref();

  return {
    async record(denial) {
      const admitted = flood.admit(denial);
      if (admitted === 'lost') lost.add(1);
      if (admitted === 'gathered') gathered.add(1);
      if (admitted !== 'now') return;
      let timeout: NodeJS.Timeout | undefined;
      const patience = new Promise<'late'>((resolve) => {
        timeout = setTimeout(() => resolve('late'), patienceMs);
      });
      if ((await Promise.race([queue.add(denial), patience])) === 'late') late.add(1);
      clearTimeout(timeout);
    },
    async close() {
      clearInterval(timer);
      tellSummaries();
      await queue.close(CLOSE_MS);
    },
  };
}
