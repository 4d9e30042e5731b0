import type { Conduct } from '@annals/contracts';
import { createFlood, type Metrics } from '@annals/service';
import { newRequestId } from '../edge/request-id.js';
import type { Tell } from '../inside/tell.js';
import { createReadings } from '../reading/readings.js';
import { whoDid } from './conduct-of.js';
import { createConductQueue } from './conduct-queue.js';
import { within } from './within.js';

export interface ConductRecorder {
  /** Resolves when it is recorded durably, but after a second at the latest: an answer waits for it. */
  record(conduct: Conduct): Promise<void>;
  /**
   * Resolves when it is recorded durably that somebody reads about others; what they read waits for it.
   * @throws Problem 503 `audit-unavailable` when it is not within a second
   */
  recordReading(reading: Conduct): Promise<void>;
  /** Tells what is left to tell. */
  close(): Promise<void>;
}

export interface ConductRecorderOptions {
  tell: Tell;
  metrics: Metrics;
  onTrouble: (error: unknown) => void;
  /** How long an answer waits, in milliseconds. */
  patienceMs?: number;
  /** How often repetitions are told, in milliseconds. */
  summaryMs?: number;
}

const CLOSE_MS = 3_000;

/**
 * Records what somebody who had signed in did and no service writes of: refusals, commands without effect, reading about
 * others. Repetitions beyond a few per minute are told together.
 */
export function createConductRecorder(options: ConductRecorderOptions): ConductRecorder {
  const { tell, metrics, onTrouble, patienceMs = 1_000, summaryMs = 60_000 } = options;
  const lost = metrics.counter('annals_conduct_lost_total', 'What was done and no log will ever show');
  const late = metrics.counter(
    'annals_conduct_unacknowledged_total',
    'Answers given before it was known that what was done is recorded; it still may be',
  );
  const gathered = metrics.counter('annals_conduct_gathered_total', 'What was done again and is told as a number');
  const newId = () => newRequestId(Date.now());
  const flood = createFlood<Conduct>({
    keyOf: (conduct) => `${whoDid(conduct)} ${conduct.fact.data.operation} ${conduct.fact.type} ${codeOf(conduct)}`,
    sourceOf: whoDid,
    counted: (latest, times) => countedConduct(latest, newId(), times),
  });
  const queue = createConductQueue({
    send: (conduct) => tell('/internal/conduct', { conduct }),
    onLost: (count) => lost.add(count),
    onTrouble,
  });
  const readings = createReadings({
    add: (reading) => queue.add(reading),
    counted: (latest, times) => countedConduct(latest, newId(), times),
    patienceMs,
  });
  const tellSummaries = () => void [...flood.drain(), ...readings.drain()].map((summary) => queue.add(summary));
  const timer = setInterval(tellSummaries, summaryMs);
  timer.unref();

  return {
    async record(conduct) {
      const admitted = flood.admit(conduct);
      if (admitted === 'lost') lost.add(1);
      if (admitted === 'gathered') gathered.add(1);
      if (admitted !== 'now') return;
      if ((await within(patienceMs, queue.add(conduct))) === 'late') late.add(1);
    },
    recordReading: (reading) => readings.record(reading),
    async close() {
      clearInterval(timer);
      tellSummaries();
      await queue.close(CLOSE_MS);
    },
  };
}

const codeOf = ({ fact }: Conduct): string => ('code' in fact.data ? fact.data.code : '');

/** The same once more, as a fact of its own that says how often it was. */
function countedConduct(latest: Conduct, id: string, times: number): Conduct {
  return { ...latest, id, fact: { ...latest.fact, data: { ...latest.fact.data, times } } as Conduct['fact'] };
}
