import { z } from 'zod';
import { event, type EventOf } from '../../event.js';

/** Somebody took the audit log, or a part of it, out of the system. */
export const AuditLogExported = event('AuditLogExported', {
  category: 'auditaccess',
  data: z.strictObject({
    account_id: z.uuid(),
    /** Who took it. */
    user_id: z.uuid(),
    /** Whose log: an account, or the nil UUID for the log of no account. */
    log: z.uuid(),
    from_seq: z.number().int().nonnegative(),
    /** Last entry asked for; null for as far as it is signed. */
    to_seq: z.number().int().nonnegative().nullable(),
    /** Whether readable values were asked for, beside the sealed ones. */
    values: z.enum(['sealed', 'open']),
    exported_at: z.iso.datetime(),
  }),
  audit: { entity: 'AuditLog', action: 'INSERT', keys: ['account_id', 'user_id'] },
});
export type AuditAccessEvent = EventOf<typeof AuditLogExported>;

export const proofEvents = [AuditLogExported] as const;
