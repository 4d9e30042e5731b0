import { setTimeout as wait } from 'node:timers/promises';
import { type Pool, standForLeader } from '@annals/postgres';
import type { Logger } from '@annals/service';
import { dueSchedules } from '../views/schedules/schedules.projection.js';
import { runSchedule, type ScheduleParts } from './run-schedule.js';

export interface SchedulerOptions {
  parts: ScheduleParts;
  pool: Pool;
  logger: Logger;
  /** Between two looks at the clock, in milliseconds; 1,000 unless said. */
  lookEveryMs?: number;
}

const atATime = 50;

/**
 * Looks every second for schedules that are due. One process does; another takes over when it is gone, also from runs
 * that were due in between. Two that do so at once, for the moment of a lost lock, do nothing twice.
 */
export function startScheduler({ parts, pool, logger, lookEveryMs = 1_000 }: SchedulerOptions): {
  stop(): Promise<void>;
} {
  async function look(): Promise<void> {
    for (const due of await dueSchedules(pool, parts.now(), atATime)) {
      // One that cannot be run now holds up no other; it is due until it is run.
      await runSchedule(parts, due).catch((error: unknown) =>
        logger.warn({ error, account_id: due.account }, 'a schedule could not be run and is tried again'),
      );
    }
  }
  return standForLeader({
    ...{ url: pool.url, name: 'export.schedules' },
    async lead(lost) {
      while (!lost.aborted) {
        await look().catch((error: unknown) => logger.warn({ error }, 'schedules cannot be read'));
        await wait(lookEveryMs, undefined, { signal: lost }).catch(() => undefined);
      }
    },
    onError: (error) => logger.warn({ error }, 'the scheduler failed'),
  });
}
