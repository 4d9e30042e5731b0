import { createPool, type Pool } from '@annals/postgres';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../layout.js';

/** URL of a database of the running stack for one of its roles, its superuser unless said. */
export function databaseUrl(layout: Layout, database: string, role = 'postgres'): string {
  const read = (file: string) => readFileSync(join(layout.postgresDir, file), 'utf8').trim();
  const passwords = JSON.parse(read('passwords.json')) as Record<string, string>;
  return `postgres://${role}:${passwords[role] ?? ''}@127.0.0.1:${read('port')}/${database}`;
}

/** A database of the stack, opened as its superuser. */
export const openDatabase = (layout: Layout, database: string): Pool =>
  createPool({ url: databaseUrl(layout, database), applicationName: 'tests', max: 2 });

/** Streams and types of the events after a position, in order. */
export async function eventsAfter(pool: Pool, position: string): Promise<string[]> {
  const text = 'select stream, type from events where position > $1 order by position';
  const { rows } = await pool.query<{ stream: string; type: string }>(text, [position]);
  return rows.map(({ stream, type }) => `${stream} ${type}`);
}

export async function lastPosition(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ last: string }>('select coalesce(max(position), -1)::text as last from events');
  return rows[0]?.last ?? '-1';
}
