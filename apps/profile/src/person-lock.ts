import { withTransaction, type Pool } from '@annals/postgres';
import { type Owner, streamOf } from './owner.js';

/** What is changed of a person by one at a time, in all processes. */
export type Changed = 'avatar' | 'evidence';

/** Does work that only one may do for a person at a time. @returns null when another is at it */
export const unlessAnother = <T>(pool: Pool, what: Changed, owner: Owner, work: () => Promise<T>): Promise<T | null> =>
  withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ mine: boolean }>(
      'select pg_try_advisory_xact_lock(hashtext($1), hashtext($2)) as mine',
      [lockOf(what), streamOf(owner)],
    );
    return rows[0]?.mine ? work() : null;
  });

/** Does work beside others of the same person, and never beside {@link alone}. */
export const amongOthers = <T>(pool: Pool, what: Changed, owner: Owner, work: () => Promise<T>): Promise<T> =>
  inTurn(pool, 'pg_advisory_xact_lock_shared', what, owner, work);

/** Waits until nobody else is at it, and keeps them waiting. */
export const alone = <T>(pool: Pool, what: Changed, owner: Owner, work: () => Promise<T>): Promise<T> =>
  inTurn(pool, 'pg_advisory_xact_lock', what, owner, work);

const inTurn = <T>(pool: Pool, lock: string, what: Changed, owner: Owner, work: () => Promise<T>): Promise<T> =>
  withTransaction(pool, async (tx) => {
    await tx.query(`select ${lock}(hashtext($1), hashtext($2))`, [lockOf(what), streamOf(owner)]);
    return work();
  });

const lockOf = (what: Changed): string => `annals.${what}`;
