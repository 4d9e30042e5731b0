import { setTimeout as pause } from 'node:timers/promises';
import { maxConduct, type Conduct } from '@annals/contracts';

export interface ConductQueue {
  /** Resolves to true when it is recorded durably, and to false when it is given up. */
  add(conduct: Conduct): Promise<boolean>;
  /** Waits until everything is recorded, but no longer than this many milliseconds; what is left then is lost. */
  close(withinMs: number): Promise<void>;
}

export interface ConductQueueOptions {
  /** Records a batch. `refused`: it never will. @throws Error when it is not known; it is sent again then */
  send: (batch: readonly Conduct[]) => Promise<'taken' | 'refused'>;
  /** Told of what nobody will find in a log. */
  onLost: (count: number) => void;
  onTrouble: (error: unknown) => void;
  /** Waits before the next attempt, in milliseconds; the last one repeats. */
  backOffMs?: readonly number[];
  /** What waits at most. */
  capacity?: number;
}

interface Waiting {
  conduct: Conduct;
  done: (recorded: boolean) => void;
}

/**
 * Sends what was done in batches, one at a time: while one is on its way the next gathers. A batch is repeated until it
 * is known to be in; each piece of it has an id, by which it is recorded once.
 */
export function createConductQueue(options: ConductQueueOptions): ConductQueue {
  const { send, onLost, onTrouble, backOffMs = [50, 200, 1_000, 5_000], capacity = 10_000 } = options;
  const waiting: Waiting[] = [];
  const stopped = new AbortController();
  let pumping: Promise<void> | undefined;

  async function pump(): Promise<void> {
    for (let failures = 0; waiting.length > 0 && !stopped.signal.aborted;) {
      const batch = waiting.slice(0, maxConduct);
      try {
        const answer = await send(batch.map(({ conduct }) => conduct));
        if (answer === 'refused') onLost(batch.length);
        waiting.splice(0, batch.length);
        for (const { done } of batch) done(answer === 'taken');
        failures = 0;
      } catch (error) {
        onTrouble(error);
        const wait = backOffMs[Math.min(failures, backOffMs.length - 1)] ?? 0;
        failures += 1;
        // An aborted pause ends the loop, which sees it by itself.
        await pause(wait, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
      }
    }
  }

  return {
    add(conduct) {
      if (waiting.length >= capacity || stopped.signal.aborted) {
        onLost(1);
        return Promise.resolve(false);
      }
      return new Promise((done) => {
        waiting.push({ conduct, done });
        pumping ??= pump().finally(() => (pumping = undefined));
      });
    },
    async close(withinMs) {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMs);
      });
      await Promise.race([pumping, patience]);
      clearTimeout(timer);
      stopped.abort();
      if (waiting.length > 0) onLost(waiting.length);
      for (const { done } of waiting.splice(0)) done(false);
    },
  };
}
