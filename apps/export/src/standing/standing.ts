import { type DomainEvent, type LegalHoldPlaced, type ProcessingRestricted, type EventOf } from '@annals/contracts';
import { accountStream, type Aggregate, type EventStore, isErased } from '@annals/event-store';

/** A hold as it was placed last; `reason` is null once the person's key is gone. */
export type Hold = Pick<EventOf<typeof LegalHoldPlaced>['data'], 'placed_by_id' | 'placed_at' | 'until'> & {
  readonly reason: string | null;
};
export type Restriction = Pick<EventOf<typeof ProcessingRestricted>['data'], 'restricted_by_id' | 'restricted_at'> & {
  readonly reason: string | null;
};

/** What stands against changing or erasing what one account holds about one person. */
export interface StandingState {
  readonly hold: Hold | null;
  readonly restriction: Restriction | null;
}

const reasonOf = ({ reason }: DomainEvent['data']): string | null => (isErased(reason) ? null : String(reason));

/** `hold-<account_id>_<user_id>`. */
export const standings: Aggregate<StandingState> = {
  category: 'hold',
  initial: { hold: null, restriction: null },
  evolve(state: StandingState, { type, data }: DomainEvent): StandingState {
    switch (type) {
      case 'LegalHoldPlaced': {
        const until = data.until as string | null;
        const placed = { placed_by_id: String(data.placed_by_id), placed_at: String(data.placed_at), until };
        return { ...state, hold: { ...placed, reason: reasonOf(data) } };
      }
      case 'LegalHoldReleased':
        return { ...state, hold: null };
      case 'ProcessingRestricted': {
        const restricted = {
          restricted_by_id: String(data.restricted_by_id),
          restricted_at: String(data.restricted_at),
        };
        return { ...state, restriction: { ...restricted, reason: reasonOf(data) } };
      }
      case 'ProcessingRestrictionLifted':
        return { ...state, restriction: null };
      default:
        throw new Error(`A standing has no event ${type}`);
    }
  },
};

/** A hold that is to end at a moment has ended from that moment on, without anybody's doing. */
export const holdAt = ({ hold }: StandingState, now: string): Hold | null =>
  hold && (hold.until === null || Date.parse(hold.until) > Date.parse(now)) ? hold : null;

/** Whether an account holds, and whether it restricts, what it knows about a person, as of now and not of some view. */
export async function loadStanding(
  store: Pick<EventStore, 'load'>,
  accountId: string,
  userId: string,
  now = new Date(),
): Promise<{ held: boolean; restricted: boolean }> {
  const { state } = await store.load(standings, accountStream(accountId, userId));
  return { held: holdAt(state, now.toISOString()) !== null, restricted: state.restriction !== null };
}

/** Whether any of these accounts holds what it knows about a person. */
export async function anyHold(
  store: Pick<EventStore, 'load'>,
  userId: string,
  accountIds: readonly string[],
  now = new Date(),
): Promise<boolean> {
  for (const accountId of accountIds) if ((await loadStanding(store, accountId, userId, now)).held) return true;
  return false;
}
