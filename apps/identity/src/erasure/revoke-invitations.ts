import type { SubjectErasedEvent } from '@annals/contracts';
import { holderOf, streamName, type PositionToken } from '@annals/event-store';
import { projectionSchema } from '@annals/postgres';
import { erasingAs, erasures, erasureStream, type RecordedErasure } from '@annals/service';
import { invitations, type Offer } from '../invitation/invitation.js';
import { freeSlot } from '../invitation/open-slots.js';
import { revokeInvitation } from '../invitation/revoke-invitation.js';
import { isKnown, users } from '../user/user.js';
import { invitationList } from '../views/invitations/invitations.js';
import { addressesOf } from './addresses.js';
import { counted, type ErasureParts, type Removal } from './parts.js';

/** How long read models may take to see what was just written, in milliseconds. */
const patienceMs = 10_000;

/**
 * Takes back open invitations of a person's addresses. An address may have been invited before anybody had it: that
 * invitation holds it for somebody who never came, whom nobody could ask to erase; it goes with the person who showed that
 * the address is theirs. In the account that erases, or in all.
 */
export const revokeInvitations: Removal = async (parts, erasure) => {
  const { user_id, account_id } = erasure.holder;
  const { claimed, proven } = await addressesOf(parts.identity.store, user_id);
  let removed = 0;
  const positions: PositionToken[] = [];
  for (const email_hash of claimed) {
    for (const stream of await invitedTo(parts, email_hash, account_id)) {
      const offers = await offersIn(parts, stream, email_hash, erasure);
      const isTheirs = ({ invitee_id }: Offer) => invitee_id === user_id || proven.has(email_hash);
      removed += await revokeOpen(parts, erasure, stream, isTheirs);
      for (const offer of proven.has(email_hash) ? offers : []) {
        const written = await eraseNobody(parts, erasure, offer);
        if (written) positions.push(written);
        removed += counted(written !== null);
      }
    }
  }
  await Promise.all(parts.runners.map((runner) => runner.waitFor(positions, patienceMs)));
  return removed;
};

/** Ids of the streams of invitations of an address. */
async function invitedTo(
  { identity }: ErasureParts,
  emailHash: string,
  accountId: string | null,
): Promise<readonly string[]> {
  const { rows } = await identity.pool.query<{ invitation: string }>(
    `select invitation from ${projectionSchema(invitationList)}.offers where email_hash = $1 order by invitation`,
    [emailHash],
  );
  const streams = rows.map(({ invitation }) => invitation);
  return accountId === null ? streams : streams.filter((stream) => stream.startsWith(`${accountId}_`));
}

/** Offers to the address up to the erasure: later ones are for whoever has it now. */
async function offersIn(
  { identity }: ErasureParts,
  stream: string,
  emailHash: string,
  { erased_at }: RecordedErasure,
): Promise<Offer[]> {
  const offers: Offer[] = [];
  const events = identity.store.readStream(streamName(invitations.category, stream), { open: false });
  for await (const { type, data } of events) {
    const offer = data as unknown as Offer;
    if (type === 'InvitationCreated' && offer.email_hash === emailHash && offer.created_at <= erased_at) {
      offers.push(offer);
    }
  }
  return offers;
}

async function revokeOpen(
  { identity }: ErasureParts,
  erasure: RecordedErasure,
  stream: string,
  isTheirs: (offer: Offer) => boolean,
): Promise<number> {
  const { state } = await identity.store.load(invitations, stream);
  if (state.kind !== 'open' || state.offer.created_at > erasure.erased_at || !isTheirs(state.offer)) return 0;
  const { account_id, invitation_id, offer_id } = state.offer;
  const { commandId: id, context, now } = erasingAs(erasure, `revoke ${offer_id}`);
  const { kind } = await identity.store.execute(invitations, stream, {
    ...{ id, context, now, accountId: account_id },
    decide: (invitation) =>
      invitation.kind === 'open' && invitation.offer.offer_id === offer_id ? revokeInvitation(invitation) : [],
  });
  await freeSlot(identity, account_id, invitation_id);
  return counted(kind === 'appended');
}

/** Erases what an invitation holds for an id that nobody came to have. @returns where the fact stands; null for nothing to do */
async function eraseNobody(
  { identity, keys }: ErasureParts,
  erasure: RecordedErasure,
  { account_id, invitee_id: user_id }: Offer,
): Promise<PositionToken | null> {
  const { store } = identity;
  const { state: user } = await store.load(users, user_id);
  if (user_id === erasure.holder.user_id || isKnown(user)) return null;
  const holder = { account_id, user_id };
  const name = holderOf(user_id, account_id);
  await keys.fence(name);
  const { erasure_id, erased_at } = erasure;
  const data = { ...holder, erasure_id, erased_at, key_fingerprints: await keys.fingerprints(name) };
  const { commandId: id, context, now } = erasingAs({ ...erasure, holder }, 'erase with the invited');
  const { kind, position } = await store.execute<unknown, SubjectErasedEvent>(erasures, erasureStream(holder), {
    ...{ id, context, now, accountId: account_id },
    decide: (known) => (known === null ? [{ type: 'SubjectErased', data }] : []),
  });
  await keys.destroy(name);
  return kind === 'appended' && position ? { category: erasures.category, position } : null;
}
