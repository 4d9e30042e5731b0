import { type Aggregate, derivedId } from '@annals/event-store';
import { evolve, none, type ErasureState } from './erasure.js';

/** Erasures as the event store folds them: `erasure-<erasure_id>`. */
export const erasureAggregate: Aggregate<ErasureState> = { category: 'erasure', initial: none, evolve };

/**
 * Id of the n-th erasure of a holder, from 0. Made of the holder, so that of two who ask at once one finds the other's: at
 * most one is open at a time.
 */
export const erasureIdOf = (userId: string, accountId: string | null, n: number): string =>
  derivedId(userId, `erasure ${n} of ${accountId ?? 'everything'}`);
