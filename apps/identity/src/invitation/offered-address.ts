import { streamName, type EventStore } from '@annals/event-store';
import { invitations, invitationStream, type Offer } from './invitation.js';

/** The address an offer went to, read from the events, because no fold keeps it; null once it was erased. */
export async function offeredAddress(store: EventStore, offer: Offer): Promise<string | null> {
  const id = invitationStream(offer.account_id, offer.invitation_id);
  for await (const { type, data } of store.readStream(streamName(invitations.category, id), { backwards: true })) {
    if (type !== 'InvitationCreated' || data.offer_id !== offer.offer_id) continue;
    return typeof data.email === 'string' ? data.email : null;
  }
  return null;
}
