import { type ErasureCancelled, type ErasureEnd, type EventOf, Problem } from '@annals/contracts';
import { type ErasureState, isRevocable } from './erasure.js';

/**
 * Nothing will be erased. Cancelling twice is cancelling once.
 * @throws Problem 404 `erasure-unknown`, 409 `erasure-begun` when it is too late
 */
export function cancelErasure(
  { now, reason }: { now: string; reason: ErasureEnd },
  state: ErasureState,
): EventOf<typeof ErasureCancelled>[] {
  if (state.kind === 'none') throw erasureUnknown();
  if (state.status === 'cancelled') return [];
  if (!isRevocable(state)) throw new Problem(409, 'erasure-begun', 'It is too late: the erasure has begun');
  return [{ type: 'ErasureCancelled', data: { ...state.ids, reason, cancelled_at: now } }];
}

export const erasureUnknown = (): Problem => new Problem(404, 'erasure-unknown', 'There is no such erasure');
