import { type DomainEvent, type TrackedEvent, type TrackedFact } from '@annals/contracts';
import { type Aggregate } from '@annals/event-store';

/** A batch that is in, and those before it: a chain, so that one more costs the same on a long day. */
interface SeenBatch {
  readonly id: string;
  readonly before: SeenBatch | null;
}

/** What must be known to record a person's facts of one day: which batches are in. */
export interface TrackedDay {
  readonly last: SeenBatch | null;
}

/**
 * Facts a client told about one person on one day. The day is part of the id, so that no stream grows with a life and
 * a whole day can be dropped when its time is over.
 */
export const trackedDay: Aggregate<TrackedDay> = {
  category: 'tracked',
  initial: { last: null },
  evolve: ({ last }: TrackedDay, { type, data }: DomainEvent): TrackedDay => {
    if (type !== 'ActivityTracked') throw new Error(`A day of facts has no event ${type}`);
    return { last: { id: String(data.batch_id), before: last } };
  },
};

/** Whether a batch is in. The newest are looked at first: what is repeated was sent lately. */
export function hasBatch({ last }: TrackedDay, id: string): boolean {
  for (let batch = last; batch; batch = batch.before) if (batch.id === id) return true;
  return false;
}

const day = 24 * 60 * 60 * 1000;

export interface Person {
  account_id: string;
  user_id: string;
}

/** Stream id of a person's day in an account; `before` counts days back. */
export function dayOf(owner: Person, now: string, before = 0): string {
  const date = new Date(Date.parse(now) - before * day).toISOString().slice(0, 10).replaceAll('-', '');
  return `${owner.account_id}_${owner.user_id}_${date}`;
}

export interface TrackActivity extends Person {
  batch_id: string;
  facts: TrackedFact[];
}

/** A batch is in or it is not; coming again changes nothing. */
export function decideTrackActivity(command: TrackActivity, state: TrackedDay): TrackedEvent[] {
  const { account_id, user_id, batch_id, facts } = command;
  if (hasBatch(state, batch_id)) return [];
  return [{ type: 'ActivityTracked', data: { account_id, user_id, batch_id, count: facts.length, facts } }];
}
