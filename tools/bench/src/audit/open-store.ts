import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allEvents } from '@annals/contracts';
import { connectEventStore, type EventStore } from '@annals/event-store';
import { createPool, subjectKeys } from '@annals/postgres';
import type { LaunchedStack } from '@annals/stack';

/** The event store of a running stack, as its operator reaches it. */
export async function withStore<T>(stack: LaunchedStack, use: (store: EventStore) => Promise<T>): Promise<T> {
  const settings = JSON.parse(readFileSync(join(stack.layout.keysDir, 'operator.json'), 'utf8')) as Record<
    string,
    string
  >;
  const { EVENTSTORE_URL: url = '', KEYS_DATABASE_URL: keysUrl = '', KEY_ENCRYPTION_KEY: kek = '' } = settings;
  const pool = createPool({ url: keysUrl, applicationName: 'annals-bench', max: 2 });
  const store = connectEventStore({ url, events: allEvents, keys: subjectKeys(pool, Buffer.from(kek, 'base64')) });
  try {
    return await use(store);
  } finally {
    await store.close();
    await pool.end();
  }
}
