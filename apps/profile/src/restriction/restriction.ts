import { type DomainEvent, Problem } from '@annals/contracts';
import { type Aggregate, type PositionToken } from '@annals/event-store';
import { type MountedRoute, type RouteRequest } from '@annals/service';
import { type FreshFolds } from '../folds/fresh-folds.js';
import { type Owner, ownerOf, streamOf } from '../owner.js';

/** What stands against processing, or against removing, what an account holds about a person. */
export interface Standing {
  readonly restricted: boolean;
  /** Until when nothing is removed; `released` when it is for no time. */
  readonly hold: { readonly until: string | null } | 'released';
}

/** `hold-<account_id>_<user_id>`, which the export service writes; here it is only followed. */
export const standings: Aggregate<Standing> = {
  category: 'hold',
  initial: { restricted: false, hold: 'released' },
  evolve(state: Standing, { type, data }: DomainEvent): Standing {
    switch (type) {
      case 'ProcessingRestricted':
        return { ...state, restricted: true };
      case 'ProcessingRestrictionLifted':
        return { ...state, restricted: false };
      case 'LegalHoldPlaced':
        return { ...state, hold: { until: data.until as string | null } };
      case 'LegalHoldReleased':
        return { ...state, hold: 'released' };
      default:
        return state;
    }
  },
};

export const isHeld = ({ hold }: Standing, now: string): boolean =>
  hold !== 'released' && (hold.until === null || Date.parse(hold.until) > Date.parse(now));

type Reading = Pick<FreshFolds, 'read'>;

/** Whether what the account holds about the person is stored only (Art. 18 GDPR), as of now. */
export const isRestricted = async (
  folds: Reading,
  person: Owner,
  atLeast: readonly PositionToken[],
): Promise<boolean> => (await folds.read(standings, streamOf(person), atLeast)).state.restricted;

/** @throws Problem 403 `processing-restricted`, to everybody alike and to the person as well */
export async function requireUnrestricted(
  folds: Reading,
  person: Owner,
  atLeast: readonly PositionToken[] = [],
): Promise<void> {
  if (await isRestricted(folds, person, atLeast)) throw processingRestricted();
}

const processingRestricted = (): Problem =>
  new Problem(403, 'processing-restricted', 'What is held about this person is stored and neither changed nor shown');

/** A route by which people change what is theirs: refused while it is restricted. */
export const unlessRestricted = (folds: Reading, route: MountedRoute): MountedRoute => ({
  ...route,
  async run(request: RouteRequest) {
    await requireUnrestricted(folds, ownerOf(request.context), request.minPosition);
    return route.run(request);
  },
});
