import { type ErasureRequested, type EventOf, Problem } from '@annals/contracts';
import type { ErasureState } from './erasure.js';

export interface RequestErasureCommand extends Omit<
  EventOf<typeof ErasureRequested>['data'],
  'requested_at' | 'due_at'
> {
  now: string;
  /** How long it may still be cancelled, in hours. */
  graceHours: number;
}

/** @throws Problem 409 `erasure-open` when somebody was faster */
export function requestErasure(
  { now, graceHours, ...data }: RequestErasureCommand,
  state: ErasureState,
): EventOf<typeof ErasureRequested>[] {
  if (state.kind === 'known') throw erasureOpen(data.erasure_id);
  const due_at = new Date(Date.parse(now) + graceHours * 3_600_000).toISOString();
  return [{ type: 'ErasureRequested', data: { ...data, requested_at: now, due_at } }];
}

export const erasureOpen = (erasureId: string): Problem =>
  new Problem(409, 'erasure-open', `There is one already: ${erasureId}`, {
    headers: { location: `/api/v1/users/data/erasure/${erasureId}` },
  });
