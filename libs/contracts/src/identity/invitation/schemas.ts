import { z } from 'zod';
import { builtInRoles } from '../../permissions.js';
import { Password } from '../credential/schemas.js';
import { EmailAddress, PersonName } from '../personal.js';

export const invitationStatuses = ['open', 'accepted', 'revoked', 'expired'] as const;

export const Invitation = z.object({
  id: z.uuid(),
  email: z.string(),
  role: z.enum(builtInRoles),
  status: z.enum(invitationStatuses),
  invited_by_id: z.uuid().nullable(),
  created_at: z.iso.datetime(),
  expires_at: z.iso.datetime(),
});

export const CreateInvitationBody = z.strictObject({
  email: EmailAddress,
  role: z.enum(builtInRoles).default('VIEWER'),
  expires_in_days: z.number().int().min(1).max(30).default(7),
});

export const AcceptInvitationBody = z.strictObject({
  token: z.string().min(1).max(300),
  /** Needed from somebody who is not signed in and has none yet. */
  password: Password.optional(),
  /** Needed when nobody is known by the address. */
  name: PersonName.optional(),
});

/** Says nothing that the holder of the link does not know, and gives no token: who accepted signs in. */
export const AcceptedInvitation = z.object({
  status: z.literal('accepted'),
  account_id: z.uuid(),
  user_id: z.uuid(),
  role: z.enum(builtInRoles),
});
