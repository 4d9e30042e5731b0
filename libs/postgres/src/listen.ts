import type { Client } from 'pg';
import { keepConnection, pushable } from './shared-connection.js';

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

interface Ear extends ListenOptions {
  channel: string;
  onNotify: (payload: string) => void;
  heard: () => void;
}

/** All listeners of a process on one database. */
interface Ears {
  add(ear: Ear): void;
  remove(ear: Ear): Promise<void>;
}

const known = new Map<string, Ears>();

/**
 * Hears a NOTIFY channel, and again when the connection was lost. All listeners of a process on one database share one
 * connection: a session can listen to any number of channels.
 */
export function listen(
  url: string,
  channel: string,
  onNotify: (payload: string) => void,
  options: ListenOptions = {},
): Listener {
  let heard: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    heard = resolve;
  });
  const ears = known.get(url) ?? openEars(url);
  const ear: Ear = { ...options, channel, onNotify, heard };
  ears.add(ear);
  return { ready, stop: () => ears.remove(ear) };
}

function openEars(url: string): Ears {
  const ears = new Set<Ear>();
  const fresh = new Set<Ear>();
  const changed = pushable();

  async function hear(client: Client, lost: AbortSignal): Promise<void> {
    const channels = new Set<string>();
    for (const ear of ears) fresh.add(ear);
    while (!lost.aborted && ears.size > 0) {
      const starting = [...fresh];
      fresh.clear();
      for (const ear of starting) {
        if (!channels.has(ear.channel)) await client.query(`listen "${ear.channel}"`);
        channels.add(ear.channel);
        ear.heard();
        ear.onConnected?.();
      }
      if (fresh.size === 0) await changed.wait(lost);
    }
  }

  const mine: Ears = {
    add(ear) {
      ears.add(ear);
      fresh.add(ear);
      changed.push();
    },
    async remove(ear) {
      ears.delete(ear);
      fresh.delete(ear);
      if (ears.size > 0) return;
      if (known.get(url) === mine) known.delete(url);
      changed.push();
      await closed;
    },
  };
  known.set(url, mine);
  const closed = Promise.resolve().then(() =>
    keepConnection({
      ...{ url, applicationName: 'annals listening', use: hear, isNeeded: () => ears.size > 0 },
      onNotify(channel, payload) {
        for (const ear of ears) if (ear.channel === channel) ear.onNotify(payload);
      },
      onError(error) {
        for (const ear of ears) ear.onError?.(error);
      },
    }),
  );
  return mine;
}

/** Tells every listener of a channel; inside a transaction it is told at commit. */
export async function notify(
  sql: { query(text: string, values: readonly unknown[]): Promise<unknown> },
  channel: string,
  payload: string,
): Promise<void> {
  await sql.query('select pg_notify($1, $2)', [channel, payload]);
}
