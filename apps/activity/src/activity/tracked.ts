import { type DomainEvent, type TrackedEvent, type TrackedFact } from '@annals/contracts';
import { type Aggregate } from '@annals/event-store';

/** What must be known to record a person's facts of one day: which batches are in. */
export interface TrackedDay {
  readonly batches: readonly string[];
}

/**
 * Facts a client told about one person on one day. The day is part of the id, so that no stream grows with a life and
 * a whole day can be dropped when its time is over.
 */
export const trackedDay: Aggregate<TrackedDay> = {
  category: 'tracked',
  initial: { batches: [] },
  evolve: ({ batches }: TrackedDay, { type, data }: DomainEvent): TrackedDay => {
    if (type !== 'ActivityTracked') throw new Error(`A day of facts has no event ${type}`);
    return { batches: [...batches, String(data.batch_id)] };
  },
};

const day = 24 * 60 * 60 * 1000;

/** Stream id of a person's day in an account; `before` counts days back. */
export function dayOf(owner: { account_id: string; user_id: string }, now: string, before = 0): string {
  const date = new Date(Date.parse(now) - before * day).toISOString().slice(0, 10).replaceAll('-', '');
  return `${owner.account_id}_${owner.user_id}_${date}`;
}

export interface TrackActivity {
  account_id: string;
  user_id: string;
  batch_id: string;
  facts: TrackedFact[];
}

/** A batch is in or it is not; coming again changes nothing. */
export function decideTrackActivity(command: TrackActivity, { batches }: TrackedDay): TrackedEvent[] {
  const { account_id, user_id, batch_id, facts } = command;
  if (batches.includes(batch_id)) return [];
  return [{ type: 'ActivityTracked', data: { account_id, user_id, batch_id, count: facts.length, facts } }];
}
