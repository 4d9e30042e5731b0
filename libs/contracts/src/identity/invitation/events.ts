import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { builtInRoles } from '../../permissions.js';
import { personalEmail, personalName } from '../personal.js';

const Invitation = (action: 'INSERT' | 'UPDATE' | 'DELETE') => ({
  entity: 'Invitation',
  action,
  keys: ['account_id', 'invitation_id'] as const,
});

/**
 * An address was asked into an account. One stream per account and address, so an address has one open invitation; a
 * later one, when that has ended, is another offer.
 */
export const InvitationCreated = event('InvitationCreated', {
  category: 'invitation',
  subject: 'invitee_id',
  audit: Invitation('INSERT'),
  data: z.object({
    account_id: z.uuid(),
    invitation_id: z.uuid(),
    offer_id: z.uuid(),
    /** Who has the address, or the id they will have when they register by this offer. */
    invitee_id: z.uuid(),
    email: personalEmail(),
    email_hash: z.string(),
    role: z.enum(builtInRoles),
    /** Null when no person did it. */
    invited_by_id: z.uuid().nullable(),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
  }),
});

export const InvitationRevoked = event('InvitationRevoked', {
  category: 'invitation',
  audit: Invitation('DELETE'),
  data: z.object({ account_id: z.uuid(), invitation_id: z.uuid(), offer_id: z.uuid() }),
});

/** The invited person said yes: what follows from it is done again until it is done. */
export const InvitationAccepted = event('InvitationAccepted', {
  category: 'invitation',
  subject: 'user_id',
  audit: Invitation('UPDATE'),
  data: z.object({
    account_id: z.uuid(),
    invitation_id: z.uuid(),
    offer_id: z.uuid(),
    user_id: z.uuid(),
    role: z.enum(builtInRoles),
    email_hash: z.string(),
    /** Of somebody who registers by it; absent for who was known. */
    registers: z.object({ email: personalEmail(), name: personalName() }).optional(),
    accepted_at: z.iso.datetime(),
  }),
});

export const invitationEvents = [InvitationCreated, InvitationRevoked, InvitationAccepted] as const;

export type InvitationEvent =
  EventOf<typeof InvitationCreated> | EventOf<typeof InvitationRevoked> | EventOf<typeof InvitationAccepted>;
