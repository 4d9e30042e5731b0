import { z } from 'zod';

/** Stands for a value whose key was destroyed on the person's wish. */
export const ErasedValue = z.object({ erased: z.literal(true) });

/** `success`, or why what was tried changed nothing: not allowed, not possible, or already so. */
export const AuditOutcome = z.enum(['success', 'denied', 'rejected', 'unchanged']);

const Change = z.object({ old: z.unknown(), new: z.unknown() });

/** One fact as an auditor reads it: who changed what, from which request, and what it looked like before. */
export const AuditEntry = z.object({
  /** Id of the event; the entry and the event are one to one. */
  id: z.uuid(),
  account_id: z.uuid(),
  entity: z.string(),
  entity_id: z.string(),
  action: z.enum(['INSERT', 'UPDATE', 'DELETE']),
  event_type: z.string(),
  /** By field; a value of an erased person reads `{"erased": true}`. */
  changes: z.record(z.string(), Change),
  actor: z.object({
    kind: z.enum(['user', 'service', 'anonymous']),
    user_id: z.string().nullable(),
    principal: z.string().nullable(),
    on_behalf_of: z.string().nullable(),
  }),
  session_id: z.string().nullable(),
  ip_address: z.union([z.string(), ErasedValue]).nullable(),
  user_agent: z.string().nullable(),
  transaction_id: z.string(),
  request_id: z.string(),
  correlation_id: z.string(),
  causation_id: z.string(),
  command_id: z.string(),
  trace_id: z.string().nullable(),
  reason: z.string().nullable(),
  outcome: AuditOutcome,
  /** Roles that the actor had for a time only when they did this. */
  temporary_roles: z.array(z.string()),
  /** The elevation by which a super admin did this; null for everybody else. */
  elevation_id: z.string().nullable(),
  occurred_at: z.iso.datetime(),
  stream: z.string(),
  revision: z.string(),
  position: z.string(),
  /** Place in the log of its account, from 0, without gaps. */
  seq: z.number().int(),
  /** Hash of the entry before it, in hex; 64 zeros before the first. */
  prev_hash: z.string(),
  /** SHA-256 over its canonical form with all values sealed, in hex: a leaf of the log's tree. */
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;
