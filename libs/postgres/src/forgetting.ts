import { listen, notify, type Listener } from './listen.js';
import type { Pool } from './pool.js';
import type { Sql } from './sql.js';

/** Drops what a cache holds in clear: of one holder, a person's of all accounts; of everybody for null. */
export type Forget = (holder: string | null) => void;

export interface Forgetting {
  /** Adds a cache that forgets with the others, in the order in which they came. */
  each(forget: Forget): void;
  /** False while fences of other processes may go unheard: then nothing in clear is kept or taken from a cache. */
  trusted: () => boolean;
  /** Resolves when fences are heard for the first time. */
  ready: Promise<void>;
  stop(): Promise<void>;
}

export interface ForgettingOptions {
  /** The key database: its address, and a pool to say something there. */
  url: string;
  pool: Pool;
  /** How long nothing may be heard before nothing is trusted, in milliseconds; 5 000 unless said. */
  silenceMs?: number;
  onError?: (error: Error) => void;
}

const channel = 'annals_forget';
/** What is said only to be heard; no holder has this name. */
const sign = '';
const mostSilenceMs = 5_000;

/** Tells every process to forget a holder; inside a transaction it is told at commit. */
export const tellToForget = (sql: Sql, holder: string): Promise<void> => notify(sql, channel, holder);

/**
 * Hears of fences in every process and forgets at once. Nobody can hear that they do not hear: who has heard nothing for a
 * while says something, on another connection, and when that does not come back either nothing is trusted any more. Of a
 * connection that was lost nobody knows what was missed, so everything is forgotten when it is there again.
 */
export function startForgetting({ url, pool, ...options }: ForgettingOptions): Forgetting {
  const silenceMs = Math.min(options.silenceMs ?? mostSilenceMs, mostSilenceMs);
  const caches: Forget[] = [];
  const onError = options.onError ?? (() => undefined);
  let heardAt = -Infinity;
  let emptied = true;
  let speaking = false;
  let stopped = false;
  let listeningSince = performance.now();
  let first: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    first = resolve;
  });

  const trusted = () => performance.now() - heardAt <= silenceMs;
  const forget: Forget = (holder) => {
    for (const cache of caches) cache(holder);
  };

  function hear(): Listener {
    return listen(
      url,
      channel,
      (holder) => {
        if (!trusted()) forget(null);
        heard();
        if (holder !== sign) forget(holder);
      },
      {
        onError,
        onConnected() {
          forget(null);
          heard();
          first();
        },
      },
    );
  }

  function heard(): void {
    heardAt = performance.now();
    emptied = false;
  }

  async function speak(): Promise<void> {
    speaking = true;
    await notify(pool, channel, sign).catch(onError);
    speaking = false;
  }

  function look(): void {
    const silence = performance.now() - heardAt;
    // Of many processes the first one speaks for all.
    if (silence >= silenceMs / 5 && !speaking) void speak();
    if (trusted()) return;
    if (!emptied) forget(null);
    emptied = true;
    // A connection whose other end went without a word is not lost by itself for hours.
    if (performance.now() - Math.max(heardAt, listeningSince) < 2 * silenceMs) return;
    listeningSince = performance.now();
    // Not awaited: to end a connection that is dead takes as long. The last ear has to be gone before a new one opens another.
    void ear.stop();
    ear = hear();
  }

  let ear = hear();
  const looking = setInterval(look, silenceMs / 10);
  looking.unref();
  return {
    each: (cache) => void caches.push(cache),
    trusted,
    ready,
    async stop() {
      if (stopped) return;
      stopped = true;
      clearInterval(looking);
      await ear.stop();
    },
  };
}
