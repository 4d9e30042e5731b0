import { Client } from 'pg';
import { setTimeout as pause } from 'node:timers/promises';

export interface Leadership {
  /** Resolves when this process has given it up. */
  stop(): Promise<void>;
}

export interface LeaderOptions {
  url: string;
  /** What there is one leader of, in this database. */
  name: string;
  /** Runs while this process leads; must end soon after `lost` fires. Called again after leadership is won again. */
  lead(lost: AbortSignal): Promise<void>;
  /** Told when another process leads and this one stands ready. */
  follow?: () => void;
  onError?: (error: Error) => void;
}

const firstDelayMs = 100;
const maxDelayMs = 5_000;

/**
 * At most one process leads at a time; the others stand ready. Waiting costs nothing: PostgreSQL hands the lock over.
 * The lock saves useless contention only. A leader that was cut off may run on for a moment; the checkpoint guard stops it.
 */
export function standForLeader(options: LeaderOptions): Leadership {
  const stopping = new AbortController();
  const finished = campaign(options, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}

async function campaign(options: LeaderOptions, stopping: AbortSignal): Promise<void> {
  let delayMs = firstDelayMs;
  while (!stopping.aborted) {
    try {
      await term(options, stopping, () => {
        delayMs = firstDelayMs;
      });
    } catch (error) {
      if (stopping.aborted) return;
      options.onError?.(error as Error);
    }
    // An aborted pause is the end of the campaign, which the loop sees by itself.
    await pause(delayMs, undefined, { signal: stopping }).catch(() => undefined);
    delayMs = Math.min(delayMs * 2, maxDelayMs);
  }
}

/** One connection, one lock, one reign. */
async function term(options: LeaderOptions, stopping: AbortSignal, won: () => void): Promise<void> {
  const client = new Client({
    connectionString: options.url,
    application_name: `lead ${options.name}`,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  });
  const lost = new AbortController();
  let reason: Error | undefined;
  client.on('error', (error) => {
    reason ??= error;
    lost.abort();
  });
  client.on('end', () => lost.abort());
  const resign = () => {
    lost.abort();
    // The queued lock request cannot be taken back, so the connection goes with it.
    void client.end();
  };
  try {
    await client.connect();
    stopping.addEventListener('abort', resign, { once: true });
    if (stopping.aborted) return;
    await takeLock(client, options);
    won();
    if (!lost.signal.aborted) await options.lead(lost.signal);
    if (reason) throw reason;
  } finally {
    stopping.removeEventListener('abort', resign);
    await client.end();
  }
}

/** Two keys: a leader's name never meets another use of advisory locks in the same database. */
async function takeLock(client: Client, { name, follow }: LeaderOptions): Promise<void> {
  const keys = "hashtext('annals.leader'), hashtext($1)";
  const tried = await client.query<{ won: boolean }>(`select pg_try_advisory_lock(${keys}) as won`, [name]);
  if (tried.rows[0]?.won) return;
  follow?.();
  await client.query(`select pg_advisory_lock(${keys})`, [name]);
}
