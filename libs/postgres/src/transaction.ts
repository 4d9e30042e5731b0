import type { Pool } from './pool.js';
import type { Sql, Tx } from './sql.js';

/**
 * Runs `work` in one transaction: committed when it resolves, rolled back when it throws.
 * Nothing is retried; after a lost connection it is unknown whether the commit happened.
 */
export function withTransaction<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  return transaction(pool, 'begin', work);
}

/** As `withTransaction`, with the opening statements given: they take effect before `work` sends anything. */
export function transaction<T>(pool: Pool, opening: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return pool.withConnection(async (connection) => {
    try {
      await connection.query(opening);
      const result = await work(connection);
      await connection.query('commit');
      return result;
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
