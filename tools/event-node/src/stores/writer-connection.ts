import { createPool, type Sql } from '@annals/postgres';
import { type StoreWatch } from '../log/store.js';

export interface WriterConnection {
  /** Takes a fresh connection and the store's lock on it, waiting for whoever holds the lock. Drops the connection held before. */
  hold(watch: StoreWatch): Promise<Sql>;
  /** The connection that holds the lock. Throws when there is none. */
  current(): Sql;
  /** Gives the lock back and disconnects. */
  release(): Promise<void>;
}

const lockRetryMs = 200;
const heartbeatMs = 1_000;
const statementTimeoutMs = 10_000;
/** Key of the advisory lock. Any number will do, as long as nobody else locks it in this database. */
export const writerLock = 7_213_113;

interface Held {
  connection: Sql;
  giveBack(): Promise<void>;
}

/**
 * The connection through which the one writer writes. The lock lives and dies with its session: while an older session may still be committing, the lock is
 * still taken, so whoever gets it sees everything that was ever going to be written before. Nothing is ever written through another connection.
 */
export function holdWriterConnection(url: string): WriterConnection {
  const pool = createPool({ url, max: 1, applicationName: 'event-node-writer', statementTimeoutMs });
  const closing = new AbortController();
  let held: Held | undefined;
  let heartbeat: NodeJS.Timeout | undefined;

  /** Borrows a connection until it is given back. */
  function borrow(): Promise<Held> {
    return new Promise((resolve, reject) => {
      const lent = pool.withConnection(
        (connection) =>
          new Promise<void>((returned) => {
            const giveBack = async () => {
              // A connection that still works goes back without its lock; for one that does not, the server has let go already.
              await connection.query('select pg_advisory_unlock_all()').catch(() => undefined);
              returned();
              await lent.catch(() => undefined);
            };
            resolve({ connection, giveBack });
          }),
      );
      lent.catch(reject);
    });
  }

  async function drop(): Promise<void> {
    clearInterval(heartbeat);
    const old = held;
    held = undefined;
    await old?.giveBack();
  }

  async function lock(connection: Sql, watch: StoreWatch): Promise<void> {
    let told = false;
    for (;;) {
      const { rows } = await connection.query<{ locked: boolean }>(`select pg_try_advisory_lock($1) as locked`, [
        writerLock,
      ]);
      if (rows[0]?.locked === true) return;
      if (closing.signal.aborted) throw new Error('The event store was closed while it waited for its lock.');
      if (!told) watch.waiting();
      told = true;
      await new Promise((resolve) => setTimeout(resolve, lockRetryMs));
    }
  }

  /** A lock that went with its connection should be noticed before the next append finds out. */
  function beat(connection: Sql, watch: StoreWatch): void {
    heartbeat = setInterval(() => {
      connection.query('select 1', []).catch((cause: unknown) => {
        if (held?.connection === connection) watch.lost(cause);
      });
    }, heartbeatMs);
    heartbeat.unref();
  }

  return {
    hold: async (watch) => {
      await drop();
      if (closing.signal.aborted) throw new Error('The event store is closed.');
      const borrowed = await borrow();
      held = borrowed;
      await lock(borrowed.connection, watch);
      beat(borrowed.connection, watch);
      return borrowed.connection;
    },
    current: () => {
      if (held === undefined) throw new Error('The event store holds no connection.');
      return held.connection;
    },
    release: async () => {
      closing.abort();
      await drop();
      await pool.end();
    },
  };
}
