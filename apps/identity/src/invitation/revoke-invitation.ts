import { Problem, revokeInvitationRoute, type InvitationEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import { accountNotFound } from '../account/get-account.js';
import type { Identity } from '../identity.js';
import { invitations, invitationStream, type Invitation } from './invitation.js';
import { freeSlot } from './open-slots.js';

/** @throws Problem 404 `invitation-not-found`, 409 `invitation-accepted` */
export function revokeInvitation(invitation: Invitation): InvitationEvent[] {
  switch (invitation.kind) {
    case 'none':
      throw new Problem(404, 'invitation-not-found', 'There is no such invitation');
    case 'accepted':
      throw new Problem(409, 'invitation-accepted', 'The invitation was accepted; end the membership instead');
    case 'revoked':
      return [];
    case 'open': {
      const { account_id, invitation_id, offer_id } = invitation.offer;
      return [{ type: 'InvitationRevoked', data: { account_id, invitation_id, offer_id } }];
    }
  }
}

export const revokeInvitationOfAccount = (identity: Identity) =>
  mount(revokeInvitationRoute, async ({ params, commandId, context, now }) => {
    const { id: accountId, invitation_id } = params;
    if (accountId !== context.account_id) throw accountNotFound();
    const outcome = await identity.store.execute(invitations, invitationStream(accountId, invitation_id), {
      ...{ id: commandId, context, now, accountId },
      decide: revokeInvitation,
    });
    if (outcome.kind !== 'replayed') await freeSlot(identity, accountId, invitation_id);
    return { ...written(outcome, () => undefined, 204), revision: null };
  });
