import { Problem, retryParkedRoute, type EventOf, type ParkedDetail, type ParkedWorkRetried } from '@annals/contracts';
import { type Aggregate, type EventStore } from '@annals/event-store';
import { mount, parkedUnknown, written, type MountedRoute } from '@annals/service';
import { findShown } from './get-parked.js';
import { peerOf, type Peer } from './peers.js';

/** Only what was done with it is noted; the work itself is kept by its own service. */
export const parkedWork: Aggregate<null> = { category: 'parked', initial: null, evolve: () => null };

/**
 * Notes that somebody has it tried again. However often that is: what is done twice at once, its service does once.
 * @throws Problem 404 `parked-unknown`, 409 `parked-incomplete` for a letter that was too large to keep
 */
export function decideRetry(
  command: { reason: string | null; now: string },
  work: ParkedDetail | undefined,
): EventOf<typeof ParkedWorkRetried>[] {
  if (!work) throw parkedUnknown();
  if (!work.retryable) throw new Problem(409, 'parked-incomplete', 'It was too large to be kept whole');
  const { id: parked_id, service, kind, source, cause_type } = work;
  const { reason, now: retried_at } = command;
  return [{ type: 'ParkedWorkRetried', data: { parked_id, service, kind, source, cause_type, reason, retried_at } }];
}

/** POST /parked/{parked_id}/retry: first the note, then the deed, so that nothing is tried again unseen. */
export const retryParked = (peers: readonly Peer[], store: EventStore): MountedRoute =>
  mount(retryParkedRoute, async ({ context, params: { parked_id: id }, body, commandId, commandHash, now }) => {
    const work = await findShown(peers, id, context);
    const outcome = await store.execute(parkedWork, id, {
      ...{ id: commandId, hash: commandHash, now },
      context: { ...context, account_id: logOf(work) },
      // A repetition of what was asked before is answered from the stream, also when the work is done by now.
      decide: () => decideRetry({ reason: body.reason ?? null, now }, work),
    });
    if (work) await peerOf(peers, id).retry(id, context);
    const reply = written(outcome, () => ({ id }), 202);
    return { ...reply, headers: { location: `/api/v1/parked/${id}` } };
  });

/** The account in whose log it stands. What a dead letter says of its account nobody has verified: the house's log. */
const logOf = (work: ParkedDetail | undefined): string | null =>
  work && work.kind !== 'letter' ? work.account_id : null;
