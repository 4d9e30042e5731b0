import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, isAlive, startPostgres, type RunningPostgres } from '@annals/embedded-postgres';
import { guardUntilEndOf } from './guard.js';
import { jestRunProcess } from './jest-run.js';
import { until } from './until.js';

/** A PostgreSQL that a test may kill. It flushes to disk and asks for passwords, as in production. */
export interface OwnPostgres {
  server(): RunningPostgres;
  /** SIGKILL: no clean-up, connections cut. Resolves when it is dead. */
  kill(): Promise<void>;
  /** Starts it again on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one in a temporary folder that goes away with it. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'annals-own-'));
  const port = await freePort();
  const start = async () => {
    const postgres = await startPostgres({ dataDir: folder, port });
    guardUntilEndOf(jestRunProcess(), postgres.pid, folder);
    return postgres;
  };
  let running = await start();
  return {
    server: () => running,
    async kill() {
      process.kill(running.pid, 'SIGKILL');
      await until('the killed PostgreSQL is dead', () => !isAlive(running.pid));
    },
    async restart() {
      running = await start();
    },
    async stop() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
