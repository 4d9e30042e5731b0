import { maxPermissionUses, type PermissionUse } from '@annals/contracts';
import type { Tell } from '../inside/tell.js';
import { tellBatches } from '../inside/tell-batches.js';

export interface UseCounter {
  /** Counts one use of each right. Costs a lookup each; nothing is sent. */
  note(who: { accountId: string; userId: string }, rights: readonly string[]): void;
  /** Tells identity what was counted. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface UseCounterOptions {
  tell: Tell;
  onTrouble: (error: unknown) => void;
  everyMs?: number;
  /** Different uses remembered at most; those beyond are not counted until the next flush. */
  capacity?: number;
  /** Milliseconds since the epoch. */
  wallClock?: () => number;
}

interface Counted {
  accountId: string;
  userId: string;
  permission: string;
  uses: number;
  lastUsedAt: number;
}

/**
 * Counts in memory which permissions are used and tells it every minute. A batch keeps its id until it is known to be
 * in, so that it counts once. What was counted since the last flush is lost when the process is killed: these numbers
 * show which rights lie idle, and decide nothing.
 */
export function createUseCounter(options: UseCounterOptions): UseCounter {
  const { tell, onTrouble, everyMs = 60_000, capacity = 20_000, wallClock = Date.now } = options;
  const counted = new Map<string, Counted>();

  function next(): { uses: PermissionUse[] } | undefined {
    const batch = [...counted].slice(0, maxPermissionUses);
    for (const [key] of batch) counted.delete(key);
    const uses = batch.map(([, { accountId, userId, permission, uses, lastUsedAt }]) => ({
      ...{ account_id: accountId, user_id: userId, permission, uses },
      last_used_at: new Date(lastUsedAt).toISOString(),
    }));
    return uses.length > 0 ? { uses } : undefined;
  }
  const teller = tellBatches({
    ...{ tell, path: '/internal/permission-uses', next, onTrouble, everyMs, wallClock },
  });

  return {
    note({ accountId, userId }, rights) {
      for (const permission of rights) {
        const key = `${accountId} ${userId} ${permission}`;
        const known = counted.get(key);
        if (known) {
          known.uses += 1;
          known.lastUsedAt = wallClock();
        } else if (counted.size < capacity) {
          counted.set(key, { accountId, userId, permission, uses: 1, lastUsedAt: wallClock() });
        }
      }
    },
    ...teller,
  };
}
