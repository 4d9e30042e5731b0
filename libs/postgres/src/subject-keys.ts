import { LRUCache } from 'lru-cache';
import type { Purpose } from '@annals/contracts';
import { personOf, type SubjectKey, type SubjectKeys } from '@annals/event-store';
import { keyWrapping } from './key-wrapping.js';
import type { Pool } from './pool.js';
import { endOfPeriod, periodOf } from './key-period.js';
import { countKeys, periodsWithKeys, retireKeys, subjectsWithKeys } from './keys-by-period.js';
import { destroyKeys, fenceHolder, fingerprintsOf, holdersWithKeys } from './fence-keys.js';
import { findKeyRows, findOrCreateKey, unwrapRow } from './subject-key-rows.js';

export interface SubjectKeyStore extends SubjectKeys {
  /**
   * No new key for the holder and no old one given out: in this process at once, in others when they hear of it, and within
   * the cache's life in those that do not. A person without an account is fenced in all accounts. Its keys stay fenced under whichever name they come back, and so
   * do those of which only the fingerprints are known.
   */
  fence(holder: string, fingerprints?: readonly string[]): Promise<void>;
  /** Fences and destroys every key of the holder: what they sealed is gone for good. @returns how many there were */
  destroy(holder: string): Promise<number>;
  /**
   * SHA-256 (hex) of the ids of the holder's keys, a person's in all accounts, in order. They are the same before and after
   * the keys were destroyed, so that they can be asked again.
   */
  fingerprints(holder: string): Promise<string[]>;
  /** Forgets the keys of a holder that this process has in memory, a person's of all accounts; everybody's for null. */
  forget(holder: string | null): void;
  /** Every holder of a person that has keys: the person, and the person as each account knows them. */
  holders(person: string): Promise<string[]>;
  /** Periods for which there are keys of a purpose, oldest first: `2026-03` of a month, `2026` of a year. */
  periods(purpose: Purpose): Promise<string[]>;
  /** Up to `limit` holders with a key of this purpose and period, in order, after one of them ('' for the first). */
  subjects(purpose: Purpose, period: string, page: { after: string; limit: number }): Promise<string[]>;
  /** How many of these holders have a key of this purpose and period. */
  count(purpose: Purpose, period: string, subjects: readonly string[]): Promise<number>;
  /**
   * Destroys the keys of one purpose and period, of these holders: what they sealed is gone for good, also in other
   * processes within the cache's life. The holders themselves get new keys as before. @returns whose keys there were
   * @throws Error while the period lasts: somebody may be sealing with its keys
   */
  retire(purpose: Purpose, period: string, subjects: readonly string[]): Promise<string[]>;
}

export interface SubjectKeyOptions {
  /** How long a key may be used without asking again, in milliseconds; at most, and unless said, 5 000. */
  cacheMs?: number;
  now?: () => Date;
}

const maxCacheMs = 5_000;
const cacheEntries = 50_000;

/**
 * Keys of data subjects, one per holder, purpose and period, in a database of their own (`subjectKeyMigrations`).
 * @param kek 32 bytes that wrap every key; without it the database opens nothing
 */
export function subjectKeys(pool: Pool, kek: Buffer, options: SubjectKeyOptions = {}): SubjectKeyStore {
  const wrapping = keyWrapping(kek);
  const ttl = Math.min(options.cacheMs ?? maxCacheMs, maxCacheMs);
  const now = options.now ?? (() => new Date());
  const cacheOptions = { max: cacheEntries, ttl: Math.max(ttl, 1), ttlResolution: 0 };
  const current = new LRUCache<string, Promise<SubjectKey>>(cacheOptions);
  const found = new LRUCache<string, Promise<SubjectKey | 'erased'>>(cacheOptions);
  const lookUp = coalesced((ids) => findKeyRows(pool, ids));

  /** Simultaneous asks share one answer; a failure is not remembered. */
  function remembered<T>(cache: LRUCache<string, Promise<T>>, name: string, fetch: () => Promise<T>): Promise<T> {
    const known = cache.get(name);
    if (known) return known;
    const asked = fetch();
    cache.set(name, asked);
    asked.catch(() => cache.delete(name));
    return asked;
  }

  function forget(holder: string | null): void {
    if (holder === null) current.clear();
    for (const name of current.keys()) {
      const [of] = JSON.parse(name) as [string];
      if (of === holder || personOf(of) === holder) current.delete(name);
    }
    // Keys by id do not tell their subject before they are there, and erasure is rare: all of them are asked again.
    found.clear();
  }

  return {
    current(subject, purpose) {
      const period = periodOf(purpose, now());
      const name = nameOf(subject, purpose, period);
      return remembered(current, name, () => findOrCreateKey(pool, wrapping, { subject, purpose, period }));
    },
    find: (keyId) =>
      remembered(found, keyId, async () => {
        const row = await lookUp(keyId);
        return row ? unwrapRow(wrapping, row) : 'erased';
      }),
    async fence(holder, fingerprints) {
      await fenceHolder(pool, holder, fingerprints);
      forget(holder);
    },
    async destroy(holder) {
      const destroyed = await destroyKeys(pool, holder);
      forget(holder);
      return destroyed;
    },
    forget,
    fingerprints: (holder) => fingerprintsOf(pool, holder),
    holders: (person) => holdersWithKeys(pool, person),
    periods: (purpose) => periodsWithKeys(pool, purpose),
    subjects: (purpose, period, page) => subjectsWithKeys(pool, purpose, period, page),
    count: (purpose, period, subjects) => countKeys(pool, purpose, period, subjects),
    async retire(purpose, period, subjects) {
      if (endOfPeriod(period) > now()) throw new Error(`The period ${period} of ${purpose} keys is not over`);
      const retired = await retireKeys(pool, purpose, period, subjects);
      for (const subject of subjects) current.delete(nameOf(subject, purpose, period));
      found.clear();
      return retired;
    },
  };
}

const nameOf = (subject: string, purpose: Purpose, period: string) => JSON.stringify([subject, purpose, period]);

/** Gathers what is asked in one turn of the event loop into one question: a batch of events costs one round trip. */
function coalesced<T>(ask: (ids: string[]) => Promise<Map<string, T>>): (id: string) => Promise<T | undefined> {
  let open: { ids: Set<string>; answers: Promise<Map<string, T>> } | undefined;
  return async (id) => {
    if (!open) {
      const ids = new Set<string>();
      const answers = new Promise<void>((resolve) => setImmediate(resolve)).then(() => {
        open = undefined;
        return ask([...ids]);
      });
      open = { ids, answers };
    }
    open.ids.add(id);
    return (await open.answers).get(id);
  };
}
