import type { Pool } from './pool.js';
import type { Sql, Tx } from './sql.js';

/**
 * Runs `work` in one transaction: committed when it resolves, rolled back when it throws.
 * Nothing is retried; after a lost connection it is unknown whether the commit happened.
 */
export function withTransaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  return transaction(pool, 'begin', work);
}

/**
 * As `withTransaction`, with the opening statements given: they take effect before anything that `work` sends. The two
 * travel together; if the opening fails, so does all of `work`, because its transaction is aborted or its connection gone.
 */
export function transaction<T>(pool: Pool, opening: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return pool.withConnection(async (connection) => {
    try {
      const [opened, done] = await Promise.allSettled([connection.query(opening), work(connection)]);
      if (opened.status === 'rejected') throw opened.reason;
      if (done.status === 'rejected') throw done.reason;
      await connection.query('commit');
      return done.value;
    } catch (error) {
      return rollBack(connection, error);
    }
  });
}

/** The reason for the rollback is what the caller needs to hear, also when the rollback fails with the connection. */
async function rollBack(connection: Sql, reason: unknown): Promise<never> {
  await connection.query('rollback').catch((error: unknown) => {
    if (reason instanceof Error && reason.cause === undefined) reason.cause = error;
  });
  throw reason;
}
