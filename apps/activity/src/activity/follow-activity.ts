import { type ActivityEntry } from '@annals/contracts';
import { type EventStore } from '@annals/event-store';
import { type Pool } from '@annals/postgres';
import { type Response } from '@annals/service';
import { setTimeout as delay } from 'node:timers/promises';
import { type AddressOpener } from '../log/open-address.js';
import { eventIdOf } from './event-id.js';
import { type NewEntries } from './new-entries.js';
import { nextEntries, pageSize, type Place, placeOf, type Walk } from './walk-entries.js';
import { openEntries } from './stored-entry.js';

export interface Rhythm {
  /** Between signs of life: whoever stands between takes a silent stream for a dead one. */
  heartbeatMs: number;
  /** Between two looks at the log of a busy account. */
  restMs: number;
  /** How long a client may take to read what was written before it is cut off. */
  patienceMs: number;
}

export const usualRhythm: Rhythm = { heartbeatMs: 15_000, restMs: 100, patienceMs: 10_000 };

export interface Following {
  pool: Pool;
  store: AddressOpener & Pick<EventStore, 'execute'>;
  newEntries: NewEntries;
  rhythm: Rhythm;
}

/**
 * Writes one Server-Sent Event for each entry after a place, as the log grows, until the client goes or does not read.
 * The log only grows at its end and an event's id is its place, so a client that comes back with `Last-Event-ID` misses
 * none and gets none twice.
 */
export async function followActivity(
  { pool, store, newEntries, rhythm }: Following,
  walk: Omit<Walk, 'order'>,
  from: Place,
  res: Response,
): Promise<void> {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const { signal } = gone;
  const { accountId } = walk.about;
  const heartbeat = setInterval(() => res.write(': still here\n\n'), rhythm.heartbeatMs);
  signal.addEventListener('abort', () => clearInterval(heartbeat), { once: true });
  // Without data it is no event, but from now on it is where a client goes on that breaks off.
  res.write(`id: ${eventIdOf(from)}\n\n`);
  let place = from;
  try {
    // Asked for before reading, so that what happens during the reading is not missed.
    for (let grown = newEntries.next(accountId, signal); !signal.aborted;) {
      const rows = await nextEntries(pool, { ...walk, order: 'asc' }, place);
      for (const [index, entry] of (await openEntries(store, rows)).entries()) {
        place = placeOf(rows[index]!);
        if (!(await writeEntry(res, entry, place, rhythm.patienceMs))) return cutOff(res, rhythm.patienceMs);
        if (signal.aborted) return;
      }
      if (rows.length === pageSize) continue;
      await grown;
      await delay(rhythm.restMs, undefined, { signal }).catch(() => undefined);
      grown = newEntries.next(accountId, signal);
    }
  } finally {
    gone.abort();
  }
}

/** @returns whether the client took it, or is gone */
async function writeEntry(res: Response, entry: ActivityEntry, place: Place, patienceMs: number): Promise<boolean> {
  if (res.write(`id: ${eventIdOf(place)}\nevent: activity\ndata: ${JSON.stringify(entry)}\n\n`)) return true;
  return new Promise((done) => {
    const settle = (taken: boolean) => (): void => {
      clearTimeout(timer);
      res.off('drain', drained).off('close', drained);
      done(taken);
    };
    const drained = settle(true);
    const timer = setTimeout(settle(false), patienceMs);
    res.once('drain', drained).once('close', drained);
  });
}

/** A client that reads again finds out why, and where to go on; one that does not is not waited for. */
function cutOff(res: Response, patienceMs: number): void {
  res.end(': you read too slowly; come back with Last-Event-ID\n\n');
  const timer = setTimeout(() => res.destroy(), patienceMs);
  res.once('close', () => clearTimeout(timer));
}
