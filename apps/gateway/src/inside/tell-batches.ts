import { newRequestId } from '../edge/request-id.js';
import type { Tell } from './tell.js';

export interface BatchTeller {
  /** Tells what there is to tell. */
  flush(): Promise<void>;
  /** Tells what is left, and no more after that. */
  close(): Promise<void>;
}

export interface BatchTellerOptions<B extends object> {
  tell: Tell;
  path: string;
  /** Takes the next batch out of what was counted; undefined when there is none. */
  next: () => B | undefined;
  onTrouble: (error: unknown) => void;
  /** Told of a batch that will never be taken. */
  onRefused?: (batch: B) => void;
  everyMs: number;
  /** Milliseconds since the epoch. */
  wallClock?: () => number;
}

/**
 * Tells batches now and then, one after another, until all are in or one does not get through. A batch keeps its id until
 * it is known to be in, so that it counts once.
 */
export function tellBatches<B extends object>(options: BatchTellerOptions<B>): BatchTeller {
  const { tell, path, next, onTrouble, onRefused, everyMs, wallClock = Date.now } = options;
  let unsure: { id: string; batch: B } | undefined;
  let flushing: Promise<void> | undefined;

  async function tellAll(): Promise<void> {
    for (;;) {
      const batch = unsure?.batch ?? next();
      if (!batch) return;
      unsure ??= { id: newRequestId(wallClock()), batch };
      try {
        if ((await tell(path, { id: unsure.id, ...batch })) === 'refused') onRefused?.(batch);
      } catch (error) {
        return onTrouble(error);
      }
      unsure = undefined;
    }
  }

  const flush = () => (flushing ??= tellAll().finally(() => (flushing = undefined)));
  const timer = setInterval(() => void flush(), everyMs);
  timer.unref();
  return {
    flush,
    async close() {
      clearInterval(timer);
      await flushing;
      await flush();
    },
  };
}
