import { setTimeout as pause } from 'node:timers/promises';
import { maxDenials, type Denial } from '@annals/contracts';

export interface DenialQueue {
  /** Resolves when the denial is recorded durably, or is given up. */
  add(denial: Denial): Promise<void>;
  /** Waits until everything is recorded, but no longer than this many milliseconds; what is left then is lost. */
  close(withinMs: number): Promise<void>;
}

export interface DenialQueueOptions {
  /** Records a batch. `refused`: it never will. @throws Error when it is not known; it is sent again then */
  send: (batch: readonly Denial[]) => Promise<'taken' | 'refused'>;
  /** Told of denials that nobody will find in a log. */
  onLost: (count: number) => void;
  onTrouble: (error: unknown) => void;
  /** Waits before the next attempt, in milliseconds; the last one repeats. */
  backOffMs?: readonly number[];
  /** Denials waiting at most. */
  capacity?: number;
}

interface Waiting {
  denial: Denial;
  done: () => void;
}

/**
 * Sends denials in batches, one at a time: while one is on its way the next gathers. A batch is repeated until it is
 * known to be in; each denial has an id, by which it is recorded once.
 */
export function createDenialQueue(options: DenialQueueOptions): DenialQueue {
  const { send, onLost, onTrouble, backOffMs = [50, 200, 1_000, 5_000], capacity = 10_000 } = options;
  const waiting: Waiting[] = [];
  const stopped = new AbortController();
  let pumping: Promise<void> | undefined;

  async function pump(): Promise<void> {
    for (let failures = 0; waiting.length > 0 && !stopped.signal.aborted;) {
      const batch = waiting.slice(0, maxDenials);
      try {
        const answer = await send(batch.map(({ denial }) => denial));
        if (answer === 'refused') onLost(batch.length);
        waiting.splice(0, batch.length);
        for (const { done } of batch) done();
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
    add(denial) {
      if (waiting.length >= capacity || stopped.signal.aborted) {
        onLost(1);
        return Promise.resolve();
      }
      return new Promise((done) => {
        waiting.push({ denial, done });
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
      for (const { done } of waiting.splice(0)) done();
    },
  };
}
