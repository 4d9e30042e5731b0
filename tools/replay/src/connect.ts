import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { allEvents } from '@annals/contracts';
import { connectEventStore, type EventStore } from '@annals/event-store';
import { createPool, subjectKeys } from '@annals/postgres';

export interface ReplayAccess {
  store: EventStore;
  /** Makes pseudonyms that nobody outside can reproduce. */
  secret: string;
  close(): Promise<void>;
}

const names = ['EVENTSTORE_URL', 'KEYS_DATABASE_URL', 'KEY_ENCRYPTION_KEY'] as const;

/**
 * Connects to the stores named in the environment, else to those of the embedded stack that runs here.
 * @throws Error with a line for people when neither is there.
 */
export function connectForReplay(env: NodeJS.ProcessEnv = process.env): ReplayAccess {
  const settings = {
    ...embeddedSettings(env),
    ...Object.fromEntries(names.flatMap((n) => (env[n] ? [[n, env[n]]] : []))),
  };
  const missing = names.filter((name) => !settings[name]);
  if (missing.length > 0) {
    throw new Error(`Nothing to replay from: start Annals with \`npm start\`, or set ${missing.join(', ')}.`);
  }
  const secret = settings.KEY_ENCRYPTION_KEY!;
  const pool = createPool({ url: settings.KEYS_DATABASE_URL!, max: 4, applicationName: 'annals-replay' });
  const keys = subjectKeys(pool, Buffer.from(secret, 'base64'));
  const store = connectEventStore({ url: settings.EVENTSTORE_URL!, events: allEvents, keys });
  return {
    store,
    secret,
    async close() {
      await store.close();
      await pool.end();
    },
  };
}

/** The embedded stack leaves its addresses in a file that only its owner reads. */
function embeddedSettings(env: NodeJS.ProcessEnv): Partial<Record<string, string>> {
  const file = resolve(env.DATA_DIR ?? '.data', 'keys', 'operator.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
}
