import { type ActivityFact, type TrackedFact, trackActivityRoute as route } from '@annals/contracts';
import { derivedId, type EventStore } from '@annals/event-store';
import type { Pool } from '@annals/postgres';
import { type MountedRoute, mount, type Reply, written } from '@annals/service';
import { mayTrack } from '../consent/tracking-consents.js';
import { personOf } from '../person.js';
import { dayOf, decideTrackActivity, hasBatch, type Person, trackedDay } from './tracked.js';
import { yesterdaysBatches } from './yesterdays-batches.js';

/**
 * POST /users/activity: the facts are in the event store when the answer is sent, all of them or none. Without the person's
 * consent, or while the account may store what it holds about them and no more, none is kept, and that is no error: clients
 * need not know, and must not keep trying.
 */
export function trackActivity(pool: Pool, store: EventStore): MountedRoute {
  const wasYesterday = yesterdaysBatches(store);
  return mount(route, async ({ context, body, commandId, commandHash, now }) => {
    const owner = personOf(context);
    const told = Array.isArray(body) ? body : [body];
    const idOf = factIds(commandId);
    const facts = told.map((fact, index) => stored(fact, idOf(index), now));
    const answer = { accepted: facts.length, ids: facts.map((fact) => fact.id), consented: true };
    if (commandHash !== undefined && (await wasYesterday(owner, commandId, now))) return repeated(answer);
    const { consented, restricted } = await mayTrack(pool, owner);
    if (!consented || restricted) {
      // What was taken while it might be is answered as it was then.
      if (commandHash === undefined || !(await isIn(store, owner, commandId, now))) {
        return nothingKept(consented, restricted);
      }
    }
    const outcome = await store.execute(trackedDay, dayOf(owner, now), {
      ...{ id: commandId, hash: commandHash, context, now },
      decide: (state) => decideTrackActivity({ ...owner, batch_id: commandId, facts }, state),
    });
    // The day's revision is no version of anything a client knows.
    return { ...written(outcome, () => answer, 202), revision: null };
  });
}

const nothingKept = (consented: boolean, restricted: boolean): Reply => ({
  status: 202,
  body: { accepted: 0, ids: [], consented, ...(restricted ? { restricted } : {}) },
});

function stored(fact: ActivityFact, id: string, now: string): TrackedFact {
  return { ...fact, id, occurred_at: fact.occurred_at ? new Date(fact.occurred_at).toISOString() : now };
}

/** Ids of the facts of a command: one hash, with each fact's number in its last four digits. */
function factIds(commandId: string): (index: number) => string {
  const first = derivedId(commandId, 'facts');
  const [kept, digits] = [first.slice(0, -4), Number.parseInt(first.slice(-4), 16)];
  return (index) => kept + (digits ^ index).toString(16).padStart(4, '0');
}

async function isIn(store: EventStore, owner: Person, batchId: string, now: string): Promise<boolean> {
  const { state } = await store.load(trackedDay, dayOf(owner, now));
  return hasBatch(state, batchId);
}

const repeated = (body: unknown): Reply => ({ status: 202, body, replayed: true });
