import { createInvitationRoute, Problem, type BuiltInRole, type InvitationEvent } from '@annals/contracts';
import { derivedId, type Outcome } from '@annals/event-store';
import { mount, written } from '@annals/service';
import { accountNotFound } from '../account/get-account.js';
import { commandIn, type Asking } from '../asking.js';
import { emails } from '../email/email.js';
import type { Identity } from '../identity.js';
import { membershipId, memberships } from '../membership/membership.js';
import { isManagedBy } from '../user/person-to-manage.js';
import { users } from '../user/user.js';
import { invitationIdOf, invitations, invitationStream, isOver, type Invitation, type Offer } from './invitation.js';
import { reserveSlot } from './open-slots.js';

export interface CreateInvitation extends Offer {
  email: string;
  /** Why the address needs or gets no invitation; null when it may have one. */
  refusal: 'already-member' | 'too-many-invitations' | null;
}

const refusals = {
  'already-member': 'This person belongs to the account',
  'too-many-invitations': 'Too many invitations are open: take some back, or wait',
};

/** @throws Problem 409 `already-invited`, `already-member`, `too-many-invitations` */
export function createInvitation(invitation: Invitation, command: CreateInvitation): InvitationEvent[] {
  const { refusal, ...data } = command;
  if (invitation.kind === 'open' && !isOver(invitation.offer, command.created_at)) {
    throw new Problem(409, 'already-invited', 'This address has an open invitation; take it back to send another');
  }
  if (refusal) throw new Problem(409, refusal, refusals[refusal]);
  return [{ type: 'InvitationCreated', data }];
}

export interface OfferInvitation {
  account_id: string;
  email: string;
  email_hash: string;
  role: BuiltInRole;
  invited_by_id: string | null;
  /** How long it can be accepted. */
  days: number;
  /** Who has the address; the id they will have when nobody has. */
  invitee_id?: string;
}

const day = 24 * 60 * 60 * 1000;

function offerOf({ commandId, now }: Asking, { days, invitee_id, ...asked }: OfferInvitation) {
  const offer_id = derivedId(commandId, 'offer');
  return {
    ...asked,
    ...{ offer_id, invitation_id: invitationIdOf(asked.account_id, asked.email_hash), created_at: now },
    invitee_id: invitee_id ?? inviteeOf(offer_id),
    expires_at: new Date(Date.parse(now) + days * day).toISOString(),
  };
}

/** The id of somebody who registers by an offer. */
export const inviteeOf = (offerId: string): string => derivedId(offerId, 'invitee');

/** Invites somebody whom an administrator has just made known; an open invitation of the address does as well. */
export async function offerInvitation({ store }: Identity, asking: Asking, asked: OfferInvitation): Promise<void> {
  const offer = offerOf(asking, asked);
  const { account_id, invitation_id, created_at } = offer;
  const { commandId: id, context, now } = asking;
  await store.execute(invitations, invitationStream(account_id, invitation_id), {
    ...{ id, context, now, accountId: account_id },
    decide: (state) =>
      state.kind === 'open' && !isOver(state.offer, created_at)
        ? []
        : createInvitation(state, { ...offer, refusal: null }),
  });
}

export const createInvitationOfAccount = (identity: Identity) =>
  mount(createInvitationRoute, async ({ params, body, ...asking }) => {
    const { context } = asking;
    if (params.id !== context.account_id) throw accountNotFound();
    const { email, role, expires_in_days: days } = body;
    const asked = { account_id: params.id, email, role, invited_by_id: context.user_id, days };
    const outcome = await inviteAddress(identity, asking, asked);
    return { ...written(outcome, (state) => shown(state, email), 201), revision: null };
  });

/**
 * Invites whoever has an address, or nobody yet, while the account has room for one more.
 * @throws Problem as {@link createInvitation} does
 */
export async function inviteAddress(
  identity: Identity,
  asking: Asking,
  asked: Omit<OfferInvitation, 'email_hash' | 'invitee_id'>,
): Promise<Outcome<Invitation>> {
  const { account_id } = asked;
  const email_hash = identity.secrets.emailHash(asked.email);
  const known = await knownBy(identity, account_id, email_hash);
  const offer = offerOf(asking, { ...asked, email_hash, ...(known ? { invitee_id: known.user_id } : {}) });
  const hasRoom = known?.isMember === true || (await reserveSlot(identity, offer, asking.now));
  const refusal = known?.isMember ? 'already-member' : hasRoom ? null : 'too-many-invitations';
  return identity.store.execute(invitations, invitationStream(account_id, offer.invitation_id), {
    ...commandIn(asking, account_id),
    decide: (state) => createInvitation(state, { ...offer, refusal }),
  });
}

/** Who has the address, and whether they belong to the account: not counted who was made known here and never came. */
async function knownBy({ store }: Identity, accountId: string, emailHash: string) {
  const { state: claim } = await store.load(emails, emailHash);
  if (claim.kind === 'free') return null;
  const { user_id } = claim;
  const [{ state: user }, { state: membership }] = await Promise.all([
    store.load(users, user_id),
    store.load(memberships, membershipId(accountId, user_id)),
  ]);
  const awaited = user.kind === 'pending' && isManagedBy(user, accountId);
  return { user_id, isMember: membership.kind === 'member' && !awaited };
}

function shown(invitation: Invitation, email: string) {
  if (invitation.kind === 'none') throw new Error('An invitation was written and is not there');
  const { invitation_id: id, role, invited_by_id, created_at, expires_at } = invitation.offer;
  return { id, email, role, status: invitation.kind, invited_by_id, created_at, expires_at };
}
