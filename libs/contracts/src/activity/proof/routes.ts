import { z } from 'zod';
import { route } from '../../route.js';
import { logChoice } from '../log-choice.js';
import { CursorMeta } from '../log-list.js';
import { Checkpoint, HashHex, verifierKey } from './checkpoint.js';

const owner = 'activity' as const;
const tag = 'Audit';
const access = { kind: 'permission', permission: 'VIEW_AUDIT_LOG' } as const;
const round = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER);
const seq = z.coerce.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);

/** That one entry stands in its log: `entry`'s hash, `path` and `checkpoint.head.root` together (RFC 9162 §2.1.3.2). */
export const AuditProof = z.object({
  /** The entry as its hash covers it (RFC 8785), and `hash`: what stays sealed here is sealed for ever in the proof. */
  entry: z.record(z.string(), z.unknown()),
  path: z.array(HashHex),
  checkpoint: Checkpoint,
  verifier: verifierKey,
});
export type AuditProof = z.infer<typeof AuditProof>;

export const getAuditProofRoute = route('getAuditProof', {
  ...{ owner, tag, access, method: 'GET', path: '/audit-logs/{id}/proof' },
  summary: 'Proof that one entry stands in the log: its path to a signed checkpoint, to be verified without us',
  params: z.object({ id: z.uuid() }),
  query: z.strictObject({ ...logChoice }),
  responses: { 200: AuditProof },
});

export const listCheckpointsRoute = route('listCheckpoints', {
  ...{ owner, tag, access, method: 'GET', path: '/audit-logs/checkpoints' },
  summary: 'Signed checkpoints of this account’s log, one for each round in which it grew, newest first',
  query: z.strictObject({
    ...logChoice,
    limit: z.coerce.number().int().min(1).max(100).default(50),
    /** `meta.next_cursor` of the answer before. */
    cursor: z
      .string()
      .regex(/^[1-9]\d{0,15}$/)
      .optional(),
  }),
  responses: { 200: z.object({ data: z.array(Checkpoint), meta: CursorMeta, verifier: verifierKey }) },
});

/** That the log of `to` begins with all entries of the log of `from`, in order (RFC 9162 §2.1.4.2). */
export const AuditConsistency = z.object({
  from: Checkpoint,
  to: Checkpoint,
  path: z.array(HashHex),
  verifier: verifierKey,
});
export type AuditConsistency = z.infer<typeof AuditConsistency>;

export const getAuditConsistencyRoute = route('getAuditConsistency', {
  ...{ owner, tag, access, method: 'GET', path: '/audit-logs/consistency' },
  summary: 'Proof that the log only grew between two rounds',
  query: z.strictObject({
    ...logChoice,
    /** A round; the log is taken as it stood then. */
    from: round,
    /** A round; the newest one unless said. */
    to: round.optional(),
  }),
  responses: { 200: AuditConsistency },
});

export const exportAuditLogRoute = route('exportAuditLog', {
  ...{ owner, tag, access, method: 'GET', path: '/audit-logs/export' },
  summary: 'The log as signed: one JSON line for each entry, then one with the checkpoint that covers them',
  query: z.strictObject({
    ...logChoice,
    /** First entry; 0 unless said. */
    from_seq: seq.default(0),
    /** Last entry; the last signed one unless said. */
    to_seq: seq.optional(),
    /** `open` puts the readable values beside each entry, as far as their keys still exist. The hash does not cover them. */
    values: z.enum(['sealed', 'open']).default('sealed'),
  }),
  responses: { 200: 'stream' },
});

export const proofRoutes = [
  getAuditProofRoute,
  listCheckpointsRoute,
  getAuditConsistencyRoute,
  exportAuditLogRoute,
] as const;
