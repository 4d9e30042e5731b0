import { standForLeader } from '@annals/postgres';
import { createBell } from '../checkpoint/bell.js';

const dayMs = 24 * 60 * 60 * 1000;
const againAfterFailureMs = 10 * 60 * 1000;

export interface KeepSweeping {
  /** Of the database in which one process at a time leads. */
  url: string;
  sweep: (lost: AbortSignal) => Promise<void>;
  onError: (error: unknown) => void;
}

/** Sweeps at the start and every day, in one process at a time; one that failed is swept again in ten minutes. */
export function keepSweeping({ url, sweep, onError }: KeepSweeping): { stop(): Promise<void> } {
  const bell = createBell();
  async function attempt(lost: AbortSignal): Promise<number> {
    try {
      await sweep(lost);
      return dayMs;
    } catch (error) {
      if (!lost.aborted) onError(error);
      return againAfterFailureMs;
    }
  }
  return standForLeader({
    ...{ url, name: 'retention', onError },
    async lead(lost) {
      while (!lost.aborted) await bell.wait(await attempt(lost), lost);
    },
  });
}
