import { isAlive, startPostgres, type RunningPostgres } from '@annals/embedded-postgres';
import { setTimeout as pause } from 'node:timers/promises';

const lookMs = 250;
const longestPauseMs = 10_000;

/**
 * Starts PostgreSQL and starts it again, on the same data and port, when it ends: everything else here reconnects by
 * itself, so that nothing but this is needed to recover. It may be no child of ours (a killed start leaves one behind,
 * which is adopted), so that its end is seen by looking and not by being told.
 * @throws Error as `startPostgres` does, for the first start
 */
export async function keepPostgres(dataDir: string, notice: (line: string) => void): Promise<RunningPostgres> {
  let running = await startPostgres({ dataDir });
  const stopping = new AbortController();
  const kept = keep();

  async function keep(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      // An aborted pause is the end of the watch, which the loop sees by itself.
      await pause(lookMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted || isAlive(running.pid)) continue;
      notice(`PostgreSQL (process ${running.pid}) ended; starting it again. Its log: ${running.logFile}`);
      try {
        running = await startPostgres({ dataDir, port: running.port });
        notice(`PostgreSQL is back on port ${running.port}`);
        failures = 0;
      } catch (error) {
        notice((error as Error).message);
        const waitMs = Math.min(lookMs * 2 ** ++failures, longestPauseMs);
        await pause(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  }

  return {
    ...running,
    get pid() {
      return running.pid;
    },
    async stop() {
      stopping.abort();
      await kept;
      await running.stop();
    },
  };
}
