import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startPostgres } from '@annals/embedded-postgres';
import { guardUntilEndOf } from './guard.js';
import { jestRunName, jestRunProcess } from './jest-run.js';

/** The throw-away PostgreSQL of this jest run. Connections are trusted, nothing is flushed to disk. */
export interface SharedCluster {
  port: number;
  url(database: string, role: string): string;
}

const waitMs = 60_000;

/** Starts the run's PostgreSQL, or finds the one that another spec file started. It ends with the run. */
export async function sharedCluster(): Promise<SharedCluster> {
  const folder = join(tmpdir(), jestRunName());
  const ready = join(folder, 'ready');
  if (claim(folder)) await start(folder, ready);
  const deadline = Date.now() + waitMs;
  while (!existsSync(ready)) {
    if (Date.now() > deadline) throw new Error(`The test PostgreSQL of ${folder} was not ready after ${waitMs} ms.`);
    await pause(20);
  }
  const state = JSON.parse(readFileSync(ready, 'utf8')) as { port?: number; error?: string };
  const { port, error } = state;
  if (port === undefined) throw new Error(`The test PostgreSQL did not start: ${error}`);
  return { port, url: (database, role) => `postgres://${role}@127.0.0.1:${port}/${database}` };
}

/** Making the folder is the claim: exactly one spec file succeeds. */
function claim(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function start(folder: string, ready: string): Promise<void> {
  const tell = (state: object) => {
    writeFileSync(`${ready}.new`, JSON.stringify(state));
    renameSync(`${ready}.new`, ready);
  };
  try {
    const postgres = await startPostgres({ dataDir: join(folder, 'postgres'), fsync: false });
    guardUntilEndOf(jestRunProcess(), postgres.pid, folder);
    tell({ port: postgres.port });
  } catch (error) {
    tell({ error: (error as Error).message });
  }
}
