import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '@annals/postgres';
import { startPostgres } from '@annals/embedded-postgres';

/** A PostgreSQL for specs. */
export interface ThrowAwayPostgres {
  /** Process id of the server, for specs that hurt it. */
  pid(): number;
  /** Makes an empty database and answers its URL. */
  database(): Promise<string>;
  /** Stops the server and starts it again on the same data and port. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

/** @param fsync - false is faster and survives a killed node; only a killed machine would lose something */
export async function throwAwayPostgres(fsync = false): Promise<ThrowAwayPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'event-node-'));
  let server = await startPostgres({ dataDir, fsync });
  let databases = 0;
  return {
    pid: () => server.pid,
    database: async () => {
      const name = `events_${(databases += 1).toString()}`;
      const admin = createPool({ url: server.superuserUrl('postgres'), max: 1, applicationName: 'event-node-spec' });
      await admin.query(`create database ${name}`);
      await admin.end();
      return server.superuserUrl(name);
    },
    restart: async (meanwhile) => {
      await server.stop();
      await meanwhile?.();
      server = await startPostgres({ dataDir, fsync });
    },
    stop: async () => {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
