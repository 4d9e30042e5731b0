import { type ActivityFact, type TrackedFact, trackActivityRoute as route } from '@annals/contracts';
import { derivedId, type EventStore } from '@annals/event-store';
import type { Pool } from '@annals/postgres';
import { type MountedRoute, mount, type Reply, written } from '@annals/service';
import { mayTrack } from '../consent/tracking-consents.js';
import { personOf } from '../person.js';
import { dayOf, decideTrackActivity, trackedDay } from './tracked.js';

/**
 * POST /users/activity: the facts are in the event store when the answer is sent, all of them or none. Without the person's
 * consent none is kept, and that is no error: clients need not know, and must not keep trying.
 */
export const trackActivity = (pool: Pool, store: EventStore): MountedRoute =>
  mount(route, async ({ context, body, commandId, commandHash, now }) => {
    const owner = personOf(context);
    const told = Array.isArray(body) ? body : [body];
    const facts = told.map((fact, index) => stored(fact, derivedId(commandId, `fact ${index}`), now));
    const answer = { accepted: facts.length, ids: facts.map((fact) => fact.id), consented: true };
    if (commandHash !== undefined && (await wasIn(store, owner, commandId, now, 1))) return repeated(answer);
    if (!(await mayTrack(pool, owner))) {
      // What was taken while there was consent is answered as it was then.
      if (commandHash === undefined || !(await wasIn(store, owner, commandId, now, 0))) return notConsented;
    }
    const outcome = await store.execute(trackedDay, dayOf(owner, now), {
      ...{ id: commandId, hash: commandHash, context, now },
      decide: (state) => decideTrackActivity({ ...owner, batch_id: commandId, facts }, state),
    });
    // The day's revision is no version of anything a client knows.
    return { ...written(outcome, () => answer, 202), revision: null };
  });

const notConsented: Reply = { status: 202, body: { accepted: 0, ids: [], consented: false } };

function stored(fact: ActivityFact, id: string, now: string): TrackedFact {
  return { ...fact, id, occurred_at: fact.occurred_at ? new Date(fact.occurred_at).toISOString() : now };
}

/** A key counts for 24 hours, so a repetition after midnight finds its first sending in the stream of the day before. */
async function wasIn(
  store: EventStore,
  owner: { account_id: string; user_id: string },
  batchId: string,
  now: string,
  daysBefore: 0 | 1,
): Promise<boolean> {
  const { state } = await store.load(trackedDay, dayOf(owner, now, daysBefore));
  return state.batches.includes(batchId);
}

const repeated = (body: unknown): Reply => ({ status: 202, body, replayed: true });
