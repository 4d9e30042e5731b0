import { z } from 'zod';
import { route, type Route } from '../../route.js';
import { evidenceTypes, maxEvidenceBytes } from './schemas.js';
import * as schema from './schemas.js';

const verifications = { owner: 'profile', tag: 'Verification' } as const;
const self = { kind: 'user' } as const;
const staff = { kind: 'permission', permission: 'MANAGE_ALL_USERS' } as const;
const own = '/users/profile/verification' as const;
const all = '/profile-verifications' as const;
const verification_id = z.uuid();
const document_id = z.uuid();

export const getOwnVerificationRoute = route('getOwnVerification', {
  method: 'GET',
  path: own,
  ...verifications,
  summary: 'Your latest verification, and the documents that are kept for it',
  access: self,
  responses: { 200: schema.OwnVerification },
});

export const requestVerificationRoute = route('requestVerification', {
  method: 'POST',
  path: own,
  ...verifications,
  summary: 'Ask that fields of your profile be found true, with evidence',
  access: self,
  body: schema.RequestVerification,
  ifMatch: 'optional',
  responses: { 201: schema.OwnVerification },
});

export const withdrawVerificationRoute = route('withdrawVerification', {
  method: 'DELETE',
  path: own,
  ...verifications,
  summary: 'Take your request back; its evidence is deleted',
  access: self,
  ifMatch: 'optional',
  responses: { 204: null },
});

export const addVerificationDocumentRoute = route('addVerificationDocument', {
  method: 'POST',
  path: `${own}/documents`,
  ...verifications,
  summary: 'Upload a document to name as evidence: PDF, JPEG, PNG or WebP, at most 5 MB',
  access: self,
  upload: { field: 'file', types: evidenceTypes, maxBytes: maxEvidenceBytes },
  responses: { 201: schema.EvidenceDocument },
});

export const removeVerificationDocumentRoute = route('removeVerificationDocument', {
  method: 'DELETE',
  path: `${own}/documents/{document_id}`,
  ...verifications,
  summary: 'Delete a document that no open request names',
  access: self,
  params: z.object({ document_id }),
  responses: { 204: null },
});

export const listVerificationsRoute = route('listVerifications', {
  method: 'GET',
  path: all,
  ...verifications,
  summary: 'Latest verification of each person of the account, newest request first unless asked otherwise',
  access: staff,
  query: z.strictObject({
    status: schema.VerificationStatus.optional(),
    limit: z.coerce.number().int().min(1).max(100).default(50),
    sort_order: z.enum(['asc', 'desc']).default('desc'),
    cursor: z.string().min(1).max(500).optional(),
  }),
  discloses: 'many',
  responses: {
    200: z.object({
      data: z.array(schema.VerificationEntry),
      meta: z.object({ limit: z.number().int(), has_next_page: z.boolean(), next_cursor: z.string().nullable() }),
    }),
  },
});

export const getVerificationRoute = route('getVerification', {
  method: 'GET',
  path: `${all}/{verification_id}`,
  ...verifications,
  summary:
    'What is to be decided: values, evidence and documents. That you looked is recorded, and the person can see it',
  access: staff,
  params: z.object({ verification_id }),
  responses: { 200: schema.VerificationCase },
});

export const downloadVerificationDocumentRoute = route('downloadVerificationDocument', {
  method: 'GET',
  path: `${all}/{verification_id}/documents/{document_id}`,
  ...verifications,
  summary: 'A document of the evidence. That you looked is recorded, and the person can see it',
  access: staff,
  params: z.object({ verification_id, document_id }),
  responses: { 200: 'stream' },
});

export const decideVerificationRoute = route('decideVerification', {
  method: 'POST',
  path: `${all}/{verification_id}/decision`,
  ...verifications,
  summary:
    'Approve or reject. Nobody decides about themselves, and nothing is approved that has changed since the request',
  access: staff,
  params: z.object({ verification_id }),
  body: schema.DecideVerification,
  ifMatch: 'optional',
  responses: { 200: schema.VerificationEntry },
});

export const verificationRoutes = [
  ...[getOwnVerificationRoute, requestVerificationRoute, withdrawVerificationRoute],
  ...[addVerificationDocumentRoute, removeVerificationDocumentRoute, listVerificationsRoute],
  ...[getVerificationRoute, downloadVerificationDocumentRoute, decideVerificationRoute],
] as const satisfies readonly Route[];
