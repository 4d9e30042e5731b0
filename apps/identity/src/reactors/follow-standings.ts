import type { StoredEvent } from '@annals/event-store';
import type { Reactor } from '@annals/postgres';
import { actingOn } from '@annals/service';
import type { Identity } from '../identity.js';
import { seatEverywhere, shutOut, stepDownElsewhere, type ShutOut } from '../user/bar-person.js';
import { mayAct, users } from '../user/user.js';

/** Does again what follows when a person is put out or let in again, for the case that the command fell after the fact. */
export function followStandings(identity: Identity): Reactor {
  const out = (reason: ShutOut) => async (event: StoredEvent) => {
    const userId = String(event.data.user_id);
    const asking = actingOn(event, 'svc:identity', userId);
    const { state: user } = await identity.store.load(users, userId);
    if (!mayAct(user)) await stepDownElsewhere(identity, asking, null, userId);
    // Who was let in again since has sessions that are none of this event's business.
    await shutOut(identity, asking, userId, reason, event.id, event.recordedAt.toISOString());
  };
  const back = async (event: StoredEvent) => {
    const userId = String(event.data.user_id);
    await seatEverywhere(identity, actingOn(event, 'svc:identity', userId), event.metadata.account_id, userId);
  };
  return {
    name: 'follow-standings',
    categories: ['user'],
    on: {
      UserDisabled: out('user-disabled'),
      UserDeleted: out('user-deleted'),
      UserEnabled: back,
      UserRestored: back,
    },
  };
}
