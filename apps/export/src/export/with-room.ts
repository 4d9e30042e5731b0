import { Problem } from '@annals/contracts';
import type { EventStore } from '@annals/event-store';
import { type Pool, type ProjectionRunner, withTransaction } from '@annals/postgres';
import { runningExports } from '../views/open-exports/open-exports.projection.js';
import { exportAggregate, exportId } from './export-aggregate.js';

/** How many exports may wait or run at a time, so that one person or account does not take the workers from the others. */
export interface Room {
  perPerson: number;
  perAccount: number;
}

export interface RoomParts {
  store: EventStore;
  pool: Pool;
  openExports: Pick<ProjectionRunner, 'caughtUp'>;
  room: Room;
}

/**
 * Does something that begins an export, if there is room for one more. Those of one account are admitted one after the
 * other, each when the view has seen the one before: any number at once get no more than there is room for. What was begun
 * before, with the same id, is not counted against itself.
 * @throws Problem 409 `exports-running` when the person has enough of them, 429 `too-many-exports` when the account has
 */
export async function withRoom<T>(
  { store, pool, openExports, room }: RoomParts,
  asked: { accountId: string; userId: string; exportId: string },
  begin: () => Promise<T>,
): Promise<T> {
  const { state } = await store.load(exportAggregate, exportId(asked.accountId, asked.exportId));
  if (state.kind === 'known') return begin();
  return withTransaction(pool, async (tx) => {
    await tx.query("select pg_advisory_xact_lock(hashtext('annals.export'), hashtext($1))", [asked.accountId]);
    await openExports.caughtUp();
    const all = await runningExports(tx, asked.accountId);
    const running = all.filter(({ export_id }) => export_id !== asked.exportId);
    const own = running.filter(({ owner }) => owner === asked.userId);
    if (own.length >= room.perPerson) {
      const ids = own.map(({ export_id }) => export_id).join(', ');
      throw new Problem(409, 'exports-running', `You have as many exports as may run at a time: ${ids}`);
    }
    if (running.length >= room.perAccount) {
      throw new Problem(429, 'too-many-exports', 'This account has as many exports as may run at a time', {
        headers: { 'retry-after': '30' },
      });
    }
    return begin();
  });
}
