import type {
  ErasedHolder,
  ErasingService,
  ErasureEvent,
  ErasureKeysDestroyed,
  ErasureObstacle,
  EventOf,
  Removed,
} from '@annals/contracts';
import { type ErasureState, isRevocable } from './erasure.js';

type Decided = ErasureEvent[];

/** Something stands against it. The same obstacle in the same accounts is told once. */
export function hold(
  obstacle: { reason: ErasureObstacle; accounts: readonly string[] },
  now: string,
  state: ErasureState,
): Decided {
  if (state.kind === 'none' || !isRevocable(state)) return [];
  const accounts = [...obstacle.accounts].sort();
  const { held } = state;
  if (held?.reason === obstacle.reason && String(held.accounts) === String(accounts)) return [];
  return [{ type: 'ErasureHeld', data: { ...state.ids, reason: obstacle.reason, accounts, held_at: now } }];
}

/** Nothing stands against it any more, or anyway. */
export function begin(holders: readonly ErasedHolder[], now: string, state: ErasureState): Decided {
  if (state.kind === 'none' || !isRevocable(state)) return [];
  const begun: ErasureEvent = { type: 'ErasureBegun', data: { ...state.ids, holders: [...holders], begun_at: now } };
  if (state.status === 'scheduled') return [begun];
  return [{ type: 'ErasureResumed', data: { ...state.ids, resumed_at: now } }, begun];
}

export function keysDestroyed(
  what: Pick<EventOf<typeof ErasureKeysDestroyed>['data'], 'holders' | 'key_fingerprints' | 'positions'>,
  now: string,
  state: ErasureState,
): Decided {
  if (state.kind === 'none' || !state.begun || state.keys) return [];
  return [{ type: 'ErasureKeysDestroyed', data: { ...state.ids, ...what, destroyed_at: now } }];
}

export function cachesEvicted(now: string, state: ErasureState): Decided {
  if (state.kind === 'none' || !state.keys || state.evicted_at !== null) return [];
  return [{ type: 'ErasureCachesEvicted', data: { ...state.ids, evicted_at: now } }];
}

/** A service acknowledges once, and not before there was something to acknowledge. */
export function acknowledged(service: ErasingService, removed: Removed, now: string, state: ErasureState): Decided {
  if (state.kind === 'none' || state.evicted_at === null || state.acknowledged[service]) return [];
  return [{ type: 'ErasureStepAcknowledged', data: { ...state.ids, service, removed, acknowledged_at: now } }];
}

export function certified(certificate: string, now: string, state: ErasureState): Decided {
  if (state.kind === 'none' || state.status !== 'erasing') return [];
  return [{ type: 'ErasureCertified', data: { ...state.ids, certificate, certified_at: now } }];
}
