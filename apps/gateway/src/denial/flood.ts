import type { Denial } from '@annals/contracts';
import { createRateLimit } from '../limit/rate-limit.js';

/** Lets through what a log can take, and gathers repetitions beyond it. */
export interface Flood {
  /** Whether this one is told by itself. Otherwise it is counted, or, when even that is too much, gone. */
  admit(denial: Denial): 'now' | 'gathered' | 'lost';
  /** One denial for each that was repeated, with how often; then starts anew. */
  drain(): Denial[];
}

export interface FloodOptions {
  newId: () => string;
  /** Identical denials of one person that are told one by one, per minute. */
  same?: number;
  /** Denials of one person that are told one by one, per minute, whatever they are about. */
  person?: number;
  /** Different denials gathered at most. */
  capacity?: number;
  /** Milliseconds, monotonic. */
  now?: () => number;
}

const windowSeconds = 60;

/** Somebody who is denied the same again and again fills no log: a summary per minute says how often it was. */
export function createFlood(options: FloodOptions): Flood {
  const { newId, same = 5, person = 60, capacity = 10_000, now } = options;
  const sameLimit = createRateLimit({ name: 'same denial', quota: same, windowSeconds, now });
  const personLimit = createRateLimit({ name: 'denials', quota: person, windowSeconds, now });
  const gathered = new Map<string, Denial>();

  return {
    admit(denial) {
      const { account_id, user_id, principal, operation, code } = denial.denied;
      const who = `${account_id} ${user_id ?? principal}`;
      const key = `${who} ${operation} ${code}`;
      const known = gathered.get(key);
      const alone = !known && (sameLimit?.take(key).allowed ?? true) && (personLimit?.take(who).allowed ?? true);
      if (alone) return 'now';
      if (!known && gathered.size >= capacity) return 'lost';
      const times = (known?.denied.times ?? 0) + 1;
      gathered.set(key, { ...denial, id: known?.id ?? newId(), denied: { ...denial.denied, times } });
      return 'gathered';
    },
    drain() {
      const all = [...gathered.values()];
      gathered.clear();
      return all;
    },
  };
}
