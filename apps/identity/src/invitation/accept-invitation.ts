import { acceptInvitationRoute, Problem, type InvitationEvent } from '@annals/contracts';
import { mount } from '@annals/service';
import { accounts } from '../account/account.js';
import { askedBy } from '../asking.js';
import type { Identity } from '../identity.js';
import { completeAcceptance, type Acceptance } from './complete-acceptance.js';
import { setInvitedPassword } from './invited-password.js';
import { invalidToken, readInvitationToken } from './invitation-token.js';
import { invitations, invitationStream, isOver, type Invitation, type Offer } from './invitation.js';
import { whoAccepts } from './who-accepts.js';

export type AcceptInvitation = Pick<Acceptance, 'offer_id' | 'user_id' | 'registers' | 'accepted_at'>;

/**
 * Says yes, once: the same person may say it again.
 * @throws Problem as {@link requireUsable}; 409 `invitation-used`
 */
export function acceptInvitation(invitation: Invitation, command: AcceptInvitation): InvitationEvent[] {
  const { offer_id, user_id, registers, accepted_at } = command;
  const { account_id, invitation_id, role, email_hash } = requireUsable(invitation, offer_id, accepted_at);
  if (invitation.kind === 'accepted') {
    if (invitation.user_id === user_id) return [];
    throw new Problem(409, 'invitation-used', 'Somebody else has accepted this invitation');
  }
  const data = { account_id, invitation_id, offer_id, user_id, role, email_hash, accepted_at };
  return [{ type: 'InvitationAccepted', data: { ...data, ...(registers ? { registers } : {}) } }];
}

/**
 * The offer a token names, when it is the latest of its address and nothing has ended it. One that was accepted stays
 * usable for whoever did.
 * @throws Problem 400 `invitation-token-invalid`, 409 `invitation-revoked`, `invitation-expired`
 */
export function requireUsable(invitation: Invitation, offerId: string, now: string): Offer {
  if (invitation.kind === 'none' || invitation.offer.offer_id !== offerId) throw invalidToken();
  const { kind, offer } = invitation;
  if (kind === 'revoked') throw new Problem(409, 'invitation-revoked', 'This invitation was taken back');
  if (kind === 'open' && isOver(offer, now)) {
    throw new Problem(409, 'invitation-expired', 'This invitation is too old; ask for another one');
  }
  return offer;
}

export const acceptInvitationByToken = (identity: Identity) =>
  mount(acceptInvitationRoute, async ({ body, commandId, context, now }) => {
    const { store, secrets } = identity;
    const { account_id, invitation_id, offer_id } = readInvitationToken(secrets.invitationKey, body.token);
    const stream = invitationStream(account_id, invitation_id);
    const { state: invitation } = await store.load(invitations, stream);
    const offer = requireUsable(invitation, offer_id, now);
    await requireOpenAccount(identity, account_id);
    // No hash of the body: it would be a fast hash of the password, in a log that is kept for ever.
    const asking = { commandId, context, now };
    const accepting = await whoAccepts(identity, asking, offer, body);
    const { user_id, registers, password } = accepting;
    const session_id = context.kind === 'anonymous' ? null : context.session_id;
    const theirs = askedBy(asking, { user_id, session_id, account_id });
    await store.execute(invitations, stream, {
      ...{ id: commandId, context: theirs.context, now, accountId: account_id },
      decide: (state) => acceptInvitation(state, { offer_id, user_id, registers, accepted_at: now }),
    });
    const acceptance = { ...offer, user_id, registers, accepted_at: now };
    const tokens = await completeAcceptance(identity, theirs, acceptance);
    if (password !== null) await setInvitedPassword(identity, theirs, { ...offer, user_id, password });
    return { status: 200, tokens, body: { status: 'accepted', account_id, user_id, role: offer.role } };
  });

/** @throws Problem 409 `invitation-account-closed` */
async function requireOpenAccount({ store }: Identity, accountId: string): Promise<void> {
  const { state: account } = await store.load(accounts, accountId);
  if (account.kind === 'open') return;
  throw new Problem(409, 'invitation-account-closed', 'The account that invited you is closed');
}
