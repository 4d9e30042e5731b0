import { Client } from 'pg';

export interface Listener {
  /** Resolves when the channel is heard for the first time. */
  ready: Promise<void>;
  stop(): Promise<void>;
}

export interface ListenOptions {
  /** Called each time the channel is heard (again): what was notified in between is lost, so look once by other means. */
  onConnected?: () => void;
  onError?: (error: Error) => void;
}

const firstDelayMs = 100;
const maxDelayMs = 5_000;

/** Hears a NOTIFY channel on a connection of its own, and comes back with growing delays when the connection is lost. */
export function listen(
  url: string,
  channel: string,
  onNotify: (payload: string) => void,
  options: ListenOptions = {},
): Listener {
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let delayMs = firstDelayMs;
  let stopped = false;
  let heard: () => void;
  const ready = new Promise<void>((resolve) => {
    heard = resolve;
  });

  function connect(): void {
    const mine = new Client({
      connectionString: url,
      application_name: `listen ${channel}`,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    client = mine;
    let lost = false;
    const onLost = (error: Error) => {
      if (lost || stopped) return;
      lost = true;
      options.onError?.(error);
      // Ending a client that is already gone has nothing left to tell.
      void mine.end().catch(() => undefined);
      timer = setTimeout(connect, delayMs);
      delayMs = Math.min(delayMs * 2, maxDelayMs);
    };
    mine.on('error', onLost);
    mine.on('end', () => onLost(new Error(`The connection listening on ${channel} ended.`)));
    mine.on('notification', (message) => onNotify(message.payload ?? ''));
    mine
      .connect()
      .then(() => mine.query(`listen "${channel}"`))
      .then(() => {
        delayMs = firstDelayMs;
        heard();
        options.onConnected?.();
      })
      .catch(onLost);
  }

  connect();
  return {
    ready,
    async stop() {
      if (stopped) return;
      stopped = true;
      clearTimeout(timer);
      await client?.end();
    },
  };
}

/** Tells every listener of a channel; inside a transaction it is told at commit. */
export async function notify(
  sql: { query(text: string, values: readonly unknown[]): Promise<unknown> },
  channel: string,
  payload: string,
): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [channel, payload]);
}
