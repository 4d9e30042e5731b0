import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from '@annals/postgres';
import type { LaunchedStack } from '@annals/stack';

interface Progress {
  begun: boolean;
  live: boolean;
  entries: string;
}

export interface Rebuilt {
  entries: number;
  /** From the first look at the event store until everything is in the rows and the indexes are made. */
  seconds: number;
}

/**
 * Takes the audit log's tables away as if its version were new, and lets the activity service, started anew, build them.
 * @param pool of the activity database, for its superuser
 */
export async function rebuildAuditLog(stack: LaunchedStack, pool: Pool): Promise<Rebuilt> {
  const { rows } = await pool.query<{ version: number }>(
    `select max(version) as version from projection_checkpoints where name = 'audit_log'`,
    [],
  );
  const version = rows[0]?.version;
  if (version === undefined) throw new Error('there is no audit log to build anew');
  const schema = `audit_log_v${version}`;
  process.kill(Number(readFileSync(join(stack.layout.runDir, 'activity.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
  await pool.query(`begin;
    drop schema ${schema} cascade;
    delete from schema_migrations where id = 'projection audit_log@${version}';
    delete from projection_checkpoints where name = 'audit_log';
    commit`);
  let startedAt: number | undefined;
  for (;;) {
    const progress = await progressOf(pool, schema);
    if (progress?.begun) startedAt ??= performance.now();
    if (progress?.live && startedAt !== undefined) {
      return { entries: Number(progress.entries), seconds: (performance.now() - startedAt) / 1000 };
    }
    await pause(50);
  }
}

/** Undefined while the tables are not there yet. */
async function progressOf(pool: Pool, schema: string): Promise<Progress | undefined> {
  const { rows: found } = await pool.query(`select to_regclass('${schema}.logs') is not null as there`, []);
  if (!found[0]?.there) return undefined;
  const { rows } = await pool.query<Progress>(
    `select count(*) > 0 as begun, coalesce(bool_or(live_at is not null), false) as live,
       (select coalesce(sum(size), 0) from ${schema}.logs) as entries
     from projection_checkpoints where name = 'audit_log'`,
    [],
  );
  return rows[0];
}
