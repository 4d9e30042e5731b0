import {
  type DomainEvent,
  type ErasedHolder,
  type ErasingService,
  erasingServices,
  type ErasureCertified,
  type ErasureEnd,
  type ErasureEvent,
  type ErasureKeysDestroyed,
  type ErasureObstacle,
  type ErasureRequested,
  type ErasureStatus,
  type EventOf,
  type Removed,
} from '@annals/contracts';

type DataOf<C> = Omit<EventOf<C>['data'], 'account_id' | 'erasure_id' | 'user_id'>;

export type ErasureState =
  | { kind: 'none' }
  | {
      kind: 'known';
      /** Whose data goes, and which erasure it is: what every event of it carries. */
      ids: { account_id: string | null; erasure_id: string; user_id: string };
      status: ErasureStatus;
      /** Without the reason, which nobody needs who carries it out. */
      request: Omit<DataOf<typeof ErasureRequested>, 'reason'>;
      held: { reason: ErasureObstacle; accounts: string[]; held_at: string } | null;
      cancelled: { reason: ErasureEnd; cancelled_at: string } | null;
      begun: { holders: ErasedHolder[]; begun_at: string } | null;
      keys: DataOf<typeof ErasureKeysDestroyed> | null;
      evicted_at: string | null;
      acknowledged: Partial<Record<ErasingService, Removed>>;
      certified: DataOf<typeof ErasureCertified> | null;
    };

export type KnownErasure = Extract<ErasureState, { kind: 'known' }>;

export const none: ErasureState = { kind: 'none' };

/** What an erasure is, from its events. Total: an event that does not fit leaves the state as it was. */
export function evolve(state: ErasureState, happened: DomainEvent): ErasureState {
  const event = happened as ErasureEvent;
  if (event.type === 'ErasureRequested') return requested(event.data);
  if (state.kind === 'none') return state;
  switch (event.type) {
    case 'ErasureHeld': {
      const { reason, accounts, held_at } = event.data;
      return { ...state, status: 'held', held: { reason, accounts, held_at } };
    }
    case 'ErasureResumed':
      return { ...state, status: 'scheduled', held: null };
    case 'ErasureCancelled': {
      const { reason, cancelled_at } = event.data;
      return { ...state, status: 'cancelled', held: null, cancelled: { reason, cancelled_at } };
    }
    case 'ErasureBegun': {
      const { holders, begun_at } = event.data;
      return { ...state, status: 'erasing', held: null, begun: { holders, begun_at } };
    }
    case 'ErasureKeysDestroyed': {
      const { holders, key_fingerprints, positions, destroyed_at } = event.data;
      return { ...state, keys: { holders, key_fingerprints, positions, destroyed_at } };
    }
    case 'ErasureCachesEvicted':
      return { ...state, evicted_at: event.data.evicted_at };
    case 'ErasureStepAcknowledged': {
      const { service, removed } = event.data;
      return { ...state, acknowledged: { ...state.acknowledged, [service]: removed } };
    }
    case 'ErasureCertified': {
      const { certificate, certified_at } = event.data;
      return { ...state, status: 'erased', certified: { certificate, certified_at } };
    }
    default:
      return state;
  }
}

function requested({
  account_id,
  erasure_id,
  user_id,
  reason: _personal,
  ...request
}: EventOf<typeof ErasureRequested>['data']): KnownErasure {
  return {
    kind: 'known',
    ids: { account_id, erasure_id, user_id },
    status: 'scheduled',
    request,
    ...{ held: null, cancelled: null, begun: null, keys: null, evicted_at: null, acknowledged: {}, certified: null },
  };
}

/** Nothing is left to do. */
export const isOver = ({ status }: KnownErasure): boolean => status === 'erased' || status === 'cancelled';

/** Nothing irrevocable has happened. */
export const isRevocable = ({ status }: KnownErasure): boolean => status === 'scheduled' || status === 'held';

/** Account whose officers see it: whose data goes, or who asked for more. Null: nobody's but the person's own matter. */
export const accountThatSees = ({ ids, request }: KnownErasure): string | null => ids.account_id ?? request.asked_in;

/** Services that have not acknowledged, in the order in which they are asked. */
export const unacknowledged = ({ acknowledged }: KnownErasure): ErasingService[] =>
  erasingServices.filter((service) => !acknowledged[service]);
