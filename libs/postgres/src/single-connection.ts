import { Client } from 'pg';
import { sqlOf } from './pool.js';
import type { Sql } from './sql.js';

/** Does work that needs one connection of its own and no time limit, such as changing tables, then closes it. */
export async function withSingleConnection<T>(
  url: string,
  applicationName: string,
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString: url, application_name: applicationName, keepAlive: true });
  // A lost connection rejects the statement that waits for it; unheard, the same error would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(sqlOf(client));
  } finally {
    await client.end();
  }
}
