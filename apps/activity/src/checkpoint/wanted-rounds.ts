import { listen, notify, type Pool } from '@annals/postgres';
import { createBell } from './bell.js';
import { wantedChannel } from './keep-signing.js';
import { signedChannel } from './sign-round.js';

/** Lets a request have a round signed now, instead of waiting for the next one. */
export interface WantedRounds {
  /**
   * Asks whoever signs for a round until `holds`.
   * @returns whether it came to hold within the time, in milliseconds
   */
  until(holds: () => Promise<boolean>, limitMs: number): Promise<boolean>;
  stop(): Promise<void>;
}

/** Hears of signed rounds; one listener for all requests of a process. */
export function wantedRounds(pool: Pool): WantedRounds {
  const waiting = new Set<() => void>();
  const wakeAll = () => waiting.forEach((wake) => wake());
  const listener = listen(pool.url, signedChannel, wakeAll, { onConnected: wakeAll });
  return {
    async until(holds, limitMs) {
      const late = AbortSignal.timeout(limitMs);
      const bell = createBell();
      waiting.add(bell.ring);
      try {
        while (!(await holds())) {
          if (late.aborted) return false;
          await notify(pool, wantedChannel, '');
          await bell.wait(limitMs, late);
        }
        return true;
      } finally {
        waiting.delete(bell.ring);
      }
    },
    stop: () => listener.stop(),
  };
}
