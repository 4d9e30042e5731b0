import { z } from 'zod';
import { pageOf, pageQuery, route, type Route } from '../../route.js';
import * as schema from './schemas.js';

const admin = { kind: 'role', min: 'ADMIN' } as const;
const invitations = { owner: 'identity', tag: 'Invitations' } as const;

export const listInvitationsRoute = route('listInvitations', {
  method: 'GET',
  path: '/accounts/{id}/invitations',
  ...invitations,
  summary: 'Whom the account has invited: the latest invitation of each address',
  access: admin,
  params: z.object({ id: z.uuid() }),
  query: z.strictObject({
    ...pageQuery,
    sort_by: z.enum(['created_at', 'expires_at']).default('created_at'),
    status: z.enum(schema.invitationStatuses).optional(),
  }),
  discloses: 'many',
  responses: { 200: pageOf(schema.Invitation) },
});

export const createInvitationRoute = route('createInvitation', {
  method: 'POST',
  path: '/accounts/{id}/invitations',
  ...invitations,
  summary: 'Invite an address by mail; the answer is the same whether somebody is known by it or not',
  access: admin,
  params: z.object({ id: z.uuid() }),
  body: schema.CreateInvitationBody,
  responses: { 201: schema.Invitation },
});

export const revokeInvitationRoute = route('revokeInvitation', {
  method: 'DELETE',
  path: '/accounts/{id}/invitations/{invitation_id}',
  ...invitations,
  summary: 'Take an invitation back',
  access: admin,
  params: z.object({ id: z.uuid(), invitation_id: z.uuid() }),
  responses: { 204: null },
});

export const acceptInvitationRoute = route('acceptInvitation', {
  method: 'POST',
  path: '/invitations/accept',
  ...invitations,
  summary: 'Accept an invitation with the token of its mail, signed in or not',
  access: { kind: 'open', knows_caller: true },
  body: schema.AcceptInvitationBody,
  responses: { 200: schema.AcceptedInvitation },
});

export const invitationRoutes = [
  ...[listInvitationsRoute, createInvitationRoute, revokeInvitationRoute, acceptInvitationRoute],
] as const satisfies readonly Route[];
