import type { BuiltInRole, InvitationEvent } from '@annals/contracts';
import { uuidv5, type Aggregate } from '@annals/event-store';

/** One asking of an address into an account. */
export interface Offer {
  account_id: string;
  invitation_id: string;
  offer_id: string;
  invitee_id: string;
  email_hash: string;
  role: BuiltInRole;
  invited_by_id: string | null;
  created_at: string;
  expires_at: string;
}

/** Whether an address is asked into an account: the latest offer, and what became of it. Holds no address. */
export type Invitation =
  | { kind: 'none' }
  | { kind: 'open'; offer: Offer }
  | { kind: 'revoked'; offer: Offer }
  | { kind: 'accepted'; offer: Offer; user_id: string };

export function evolveInvitation(invitation: Invitation, event: InvitationEvent): Invitation {
  switch (event.type) {
    case 'InvitationCreated': {
      const { email: _, ...offer } = event.data;
      return { kind: 'open', offer };
    }
    case 'InvitationRevoked':
      return invitation.kind === 'none' ? invitation : { kind: 'revoked', offer: invitation.offer };
    case 'InvitationAccepted':
      if (invitation.kind === 'none') return invitation;
      return { kind: 'accepted', offer: invitation.offer, user_id: event.data.user_id };
  }
}

export const invitations: Aggregate<Invitation> = {
  category: 'invitation',
  initial: { kind: 'none' },
  evolve: evolveInvitation,
};

/** Id of an account's invitation of an address: its next revision decides whether another one may be sent. */
export const invitationIdOf = (accountId: string, emailHash: string): string => uuidv5(accountId, emailHash);

/** Its stream's id: the account first. */
export const invitationStream = (accountId: string, invitationId: string): string => `${accountId}_${invitationId}`;

export const isOver = ({ expires_at }: Pick<Offer, 'expires_at'>, now: string): boolean =>
  Date.parse(now) >= Date.parse(expires_at);
