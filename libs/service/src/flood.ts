import { LRUCache } from 'lru-cache';
import { takeFrom } from './cache/rate-limit.js';

/** Lets through what a log can take, and gathers repetitions beyond it. */
export interface Flood<T> {
  /** Whether this one is told by itself. Otherwise it is counted, or, when even that is too much, gone. */
  admit(item: T): 'now' | 'gathered' | 'lost';
  /** One item for each that was repeated, with how often; then starts anew. */
  drain(): T[];
}

export interface FloodOptions<T> {
  /** What counts as the same. */
  keyOf: (item: T) => string;
  /** Who or what they come from, whatever they are about. */
  sourceOf: (item: T) => string;
  /** The latest of what was gathered, as one that says how often it was. */
  counted: (latest: T, times: number) => T;
  /** What is gathered in place of an item whose source sends too much; the item itself unless said. */
  blurred?: (item: T) => T;
  /** Identical ones that are told one by one, per minute. */
  same?: number;
  /** Those of one source that are told one by one, per minute. */
  source?: number;
  /** Different ones gathered at most. */
  capacity?: number;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

const windowMs = 60_000;
/** Keys whose recent use is remembered; the least recently seen is forgotten first. */
const remembered = 50_000;

/** Who does the same again and again fills no log: a summary per minute says how often it was. */
export function createFlood<T>(options: FloodOptions<T>): Flood<T> {
  const { keyOf, sourceOf, counted, blurred = (item: T) => item, capacity = 10_000 } = options;
  const { same = 5, source = 60, now = () => performance.now() } = options;
  const takesSame = budget(same, now);
  const takesSource = budget(source, now);
  const gathered = new Map<string, { latest: T; times: number }>();

  function gather(item: T): 'gathered' | 'lost' {
    const key = keyOf(item);
    const known = gathered.get(key);
    if (!known && gathered.size >= capacity) return 'lost';
    gathered.set(key, { latest: item, times: (known?.times ?? 0) + 1 });
    return 'gathered';
  }

  return {
    admit(item) {
      const key = keyOf(item);
      if (gathered.has(key) || !takesSame(key)) return gather(item);
      return takesSource(sourceOf(item)) ? 'now' : gather(blurred(item));
    },
    drain() {
      const all = [...gathered.values()].map(({ latest, times }) => counted(latest, times));
      gathered.clear();
      return all;
    },
  };
}

/** Whether one more is allowed for a key. */
function budget(limit: number, now: () => number): (key: string) => boolean {
  const used = new LRUCache<string, number>({ max: remembered });
  return (key) => {
    const { taken, wholeAt } = takeFrom(used.get(key), { limit, windowMs }, now());
    used.set(key, wholeAt);
    return taken.allowed;
  };
}
