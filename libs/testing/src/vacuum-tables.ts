import { createPool } from '@annals/postgres';

/**
 * What autovacuum does within a minute: without it the planner guesses, and an index cannot stand for its table. The
 * throw-away cluster commits without waiting for the disk, and nobody counts as seen by all whose commit is not there yet;
 * so a commit that waits goes before.
 * @param tables with their schemas
 */
export async function vacuumTables(ownerUrl: string, tables: readonly string[]): Promise<void> {
  const owner = createPool({ url: ownerUrl, applicationName: 'vacuum', max: 1 });
  try {
    await owner.query('set synchronous_commit = on');
    await owner.query("select pg_logical_emit_message(true, 'annals', 'a commit that waits')");
    for (const table of tables) await owner.query(`vacuum analyze ${table}`);
  } finally {
    await owner.end();
  }
}
