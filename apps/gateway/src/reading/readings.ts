import { type Conduct, Problem } from '@annals/contracts';
import { whoDid } from '../conduct/conduct-of.js';
import { within } from '../conduct/within.js';

/** Who read what about whom: the first time of a minute on its own, repetitions as a number. */
export interface Readings {
  /**
   * Resolves when the reading is recorded durably, or repeats one that is.
   * @throws Problem 503 `audit-unavailable` when that is not so in time
   */
  record(reading: Conduct): Promise<void>;
  /** One for each that was repeated, with how often; forgets what is older than a minute. */
  drain(): Conduct[];
}

export interface ReadingOptions {
  /** Records one: true when it is in, false when it never will be. */
  add: (reading: Conduct) => Promise<boolean>;
  /** The latest of what was repeated, as one that says how often it was. */
  counted: (latest: Conduct, times: number) => Conduct;
  patienceMs: number;
  /** Different readings remembered at most; beyond that each is recorded on its own. */
  capacity?: number;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

interface Known {
  recorded: Promise<boolean>;
  since: number;
  latest: Conduct;
  repetitions: number;
}

const windowMs = 60_000;

export function createReadings(options: ReadingOptions): Readings {
  const { add, counted, patienceMs, capacity = 10_000, now = () => performance.now() } = options;
  const known = new Map<string, Known>();

  function first(key: string, reading: Conduct): Known {
    const recorded = add(reading).then((isIn) => {
      // Nobody may pass as a repetition of what no log shows.
      if (!isIn && known.get(key) === one) known.delete(key);
      return isIn;
    });
    const one = { recorded, since: now(), latest: reading, repetitions: 0 };
    if (known.size < capacity) known.set(key, one);
    return one;
  }

  const isFresh = ({ since }: Known) => now() - since < windowMs;
  const summaryOf = ({ latest, repetitions }: Known) => (repetitions > 0 ? [counted(latest, repetitions)] : []);

  return {
    async record(reading) {
      const key = keyOf(reading);
      const before = known.get(key);
      if (before && !isFresh(before)) {
        known.delete(key);
        for (const summary of summaryOf(before)) void add(summary);
      }
      const repeated = before && isFresh(before) ? before : undefined;
      const one = repeated ?? first(key, reading);
      if ((await within(patienceMs, one.recorded)) !== true) throw unavailable();
      if (repeated) Object.assign(repeated, { latest: reading, repetitions: repeated.repetitions + 1 });
    },
    drain() {
      const summaries = [...known.values()].flatMap(summaryOf);
      for (const [key, one] of known) {
        one.repetitions = 0;
        if (!isFresh(one)) known.delete(key);
      }
      return summaries;
    },
  };
}

/** The same about the same. What filters were asked for is not kept, and so makes no difference. */
function keyOf(reading: Conduct): string {
  const { data } = reading.fact;
  const about = 'subject_id' in data ? (data.subject_id ?? data.thing_id) : null;
  return `${whoDid(reading)} ${data.operation} ${about}`;
}

const unavailable = () =>
  new Problem(503, 'audit-unavailable', 'What you asked for is shown once it is recorded that you saw it; try again', {
    headers: { 'retry-after': '1' },
  });
