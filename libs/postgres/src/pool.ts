import { createHash } from 'node:crypto';
import { Pool as PgPool, types, type PoolClient, type QueryResult } from 'pg';
import { isConnectionLost } from './failure.js';
import type { Rows, Sql } from './sql.js';

export interface PoolOptions {
  url: string;
  /** Connections at most; 10 unless said. */
  max?: number;
  /** Shown in `pg_stat_activity`. */
  applicationName: string;
  /** Longest a statement may run, in milliseconds; 30 000 unless said. */
  statementTimeoutMs?: number;
  /** Told when a connection breaks while nobody uses it; the pool replaces it by itself. */
  onIdleError?: (error: Error) => void;
}

export interface PoolStats {
  total: number;
  idle: number;
  waiting: number;
}

export interface Pool extends Sql {
  readonly url: string;
  readonly applicationName: string;
  /** Lends one connection for the length of `use`. A connection that broke, or that `use` left in a transaction, is not reused. */
  withConnection<T>(use: (connection: Sql) => Promise<T>): Promise<T>;
  stats(): PoolStats;
  /** Waits for borrowed connections, then closes all. */
  end(): Promise<void>;
}

/** Opens a pool. Connections are made when first needed, so a store that is down fails the query, not the start. */
export function createPool(options: PoolOptions): Pool {
  const pool = new PgPool({
    connectionString: options.url,
    application_name: options.applicationName,
    max: options.max ?? 10,
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    // A borrower that hangs must not hold its locks for ever.
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
    pipeline: true,
    types: { getTypeParser },
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  const broken = new WeakSet<PoolClient>();
  // For the whole life of a connection: one that breaks between two owners would otherwise end the process.
  pool.on('connect', (client) => client.on('error', () => broken.add(client)));

  async function withConnection<T>(use: (connection: Sql) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    try {
      return await use(sqlOf(client));
    } catch (error) {
      if (isConnectionLost(error) || isStalePlan(error)) broken.add(client);
      throw error;
    } finally {
      client.release(broken.has(client) || client.getTransactionStatus() !== 'I');
    }
  }

  return {
    url: options.url,
    applicationName: options.applicationName,
    withConnection,
    query: (text, values) => withConnection((connection) => connection.query(text, values)),
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    end: () => pool.end(),
  };
}

/** Statements sent without waiting for each other travel in one round trip; the answers keep their order. */
export function sqlOf(client: Pick<PoolClient, 'query'>): Sql {
  return {
    async query<R>(text: string, values?: readonly unknown[]): Promise<Rows<R>> {
      if (!values) return lastOf<R>(await client.query(text));
      const result = await client.query({ name: statementName(text), text, values: [...values] });
      return { rows: result.rows as R[], rowCount: result.rowCount ?? 0 };
    },
  };
}

/** Several statements in one text have several results, which the driver's types do not say. */
function lastOf<R>(answer: QueryResult | QueryResult[]): Rows<R> {
  const result = Array.isArray(answer) ? answer.at(-1) : answer;
  return { rows: (result?.rows ?? []) as R[], rowCount: result?.rowCount ?? 0 };
}

const names = new Map<string, string>();

/** Texts beyond this many stay unprepared: an endless supply of texts would fill every connection's memory. */
const maxPreparedTexts = 1_000;

function statementName(text: string): string | undefined {
  const known = names.get(text);
  if (known || names.size >= maxPreparedTexts) return known;
  const name = createHash('sha1').update(text).digest('base64url');
  names.set(text, name);
  return name;
}

/** A migration changed a table under a prepared statement: PostgreSQL refuses the old plan until it is prepared anew. */
function isStalePlan(error: unknown): boolean {
  return (error as { code?: string }).code === '0A000';
}

const dateOid = 1082;

/** `date` stays text: the driver would make it midnight of this machine's time zone. */
function getTypeParser(oid: number, format?: 'text' | 'binary'): unknown {
  return oid === dateOid ? String : types.getTypeParser(oid, format);
}
