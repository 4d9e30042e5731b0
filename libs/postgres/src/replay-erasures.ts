import { SubjectErased, type SubjectErasedEvent } from '@annals/contracts';
import {
  comparePositions,
  holderOf,
  type EventStore,
  type Position,
  type StoredEvent,
  type Subscription,
} from '@annals/event-store';
import { keepReplayed, replayedErasures } from './erasure-checkpoint.js';
import { removeFencedKeys } from './fence-keys.js';
import { standForLeader, type Leadership } from './leader.js';
import type { Pool } from './pool.js';
import { withSingleConnection } from './single-connection.js';
import type { SubjectKeyStore } from './subject-keys.js';

export interface ReplayParts {
  /** The key database, and where it is. */
  pool: Pool;
  url: string;
  keys: Pick<SubjectKeyStore, 'fence' | 'destroy'>;
  store: Pick<EventStore, 'subscribe' | 'readAll'>;
  onError?: (error: Error) => void;
}

/**
 * Carries out, in the key database that is there, every erasure that the event store tells of, and resolves when nothing
 * is left: a database that was put back from a backup holds keys that were destroyed since. What was replayed is not
 * replayed again, unless the database says that it is older than that. One process at a time; others wait.
 */
export function replayErasures(parts: ReplayParts): Promise<void> {
  return withSingleConnection(parts.url, 'replay erasures', async (sql) => {
    await sql.query("select pg_advisory_lock(hashtext('annals.erasures'))");
    const replay = follow(parts);
    try {
      await replay.caughtUp();
    } finally {
      await replay.stop();
    }
    // Rows that came back alone: their fences are there, and nothing in the event store is newer than these.
    await removeFencedKeys(parts.pool);
  });
}

/** Goes on replaying what is erased from now on, in one process for all. */
export function keepReplayingErasures(parts: ReplayParts): Leadership {
  return standForLeader({
    ...{ url: parts.url, name: 'erasures', onError: parts.onError },
    async lead(lost) {
      if (lost.aborted) return;
      const replay = follow(parts);
      await new Promise<void>((resolve) => lost.addEventListener('abort', () => resolve(), { once: true }));
      await replay.stop();
    },
  });
}

function follow({ pool, keys, store, onError }: ReplayParts): Subscription {
  let from: Position | null = null;
  return store.subscribe({
    name: 'erasures of keys',
    categories: [SubjectErased.category],
    open: false,
    lazyCheckpoint: true,
    from: async () => {
      from = await replayedErasures(pool);
      // A store that ends before it is another one, or was put back itself: its places say nothing.
      if (from !== null && (await endsBefore(store, from))) from = null;
      return from;
    },
    handle: async ({ events, checkpoint }) => {
      try {
        for (const event of events) await carryOut(keys, event);
        await keepReplayed(pool, from, checkpoint);
        from = checkpoint;
      } catch (error) {
        onError?.(error as Error);
        throw error;
      }
    },
  });
}

/** The fence first, with what is known of its keys: a crash in between leaves keys that nobody gets. */
async function carryOut(keys: ReplayParts['keys'], { type, data }: StoredEvent): Promise<void> {
  if (type !== SubjectErased.type) return;
  const { user_id, account_id, key_fingerprints } = data as SubjectErasedEvent['data'];
  const holder = holderOf(user_id, account_id);
  await keys.fence(holder, key_fingerprints);
  await keys.destroy(holder);
}

async function endsBefore(store: ReplayParts['store'], position: Position): Promise<boolean> {
  for await (const last of store.readAll({ backwards: true, limit: 1, open: false })) {
    return comparePositions(last.position, position) < 0;
  }
  return true;
}
