import { z } from 'zod';
import { event } from '../event.js';
import { SubjectErased } from './erasure/erased.js';
import { erasureEvents } from './erasure/process.js';
import { standingEvents } from './standing/events.js';
import { importEvents } from './import/events.js';
import { scheduleEvents } from './schedule/events.js';
import { AccessEnd, DocumentFormat, ExpiryReason, ExportPart, ExportScope } from './exports.js';

const ids = { account_id: z.uuid(), export_id: z.uuid(), user_id: z.uuid() };
const keys = ['account_id', 'export_id', 'user_id'] as const;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const ExportRequested = event('ExportRequested', {
  category: 'export',
  data: z.strictObject({
    ...ids,
    formats: z.array(DocumentFormat),
    scope: ExportScope,
    include: z.array(ExportPart),
    /** Largest document in bytes; the limit in force when it was asked for. */
    limit_bytes: z.number().int().positive(),
    requested_at: z.iso.datetime(),
  }),
  audit: { entity: 'Export', action: 'INSERT', keys },
});

export const ExportPartGathered = event('ExportPartGathered', {
  category: 'export',
  data: z.strictObject({
    ...ids,
    part: ExportPart,
    items: z.number().int().min(0),
    sha256,
    /** Since parts lie sealed until the document is made: their length, where they lie, and when they were read. */
    bytes: z.number().int().min(0).optional(),
    staged: z.uuid().optional(),
    gathered_at: z.iso.datetime().optional(),
  }),
  audit: { entity: 'Export', action: 'UPDATE', keys },
});

export const ExportSucceeded = event('ExportSucceeded', {
  category: 'export',
  data: z.strictObject({
    ...ids,
    size_bytes: z.number().int().positive(),
    sha256,
    finished_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
  }),
  audit: { entity: 'Export', action: 'UPDATE', keys },
});

export const ExportFailed = event('ExportFailed', {
  category: 'export',
  data: z.strictObject({ ...ids, code: z.string(), detail: z.string(), finished_at: z.iso.datetime() }),
  audit: { entity: 'Export', action: 'UPDATE', keys },
});

export const ExportCancelled = event('ExportCancelled', {
  category: 'export',
  /** `reason` is absent when its person wished it. */
  data: z.strictObject({ ...ids, cancelled_at: z.iso.datetime(), reason: AccessEnd.optional() }),
  audit: { entity: 'Export', action: 'DELETE', keys: [...keys, 'reason'] },
});

/** A finished document cannot be fetched any more from here on. */
export const ExportExpired = event('ExportExpired', {
  category: 'export',
  data: z.strictObject({ ...ids, expired_at: z.iso.datetime(), reason: ExpiryReason }),
  audit: { entity: 'Export', action: 'DELETE', keys: [...keys, 'reason'] },
});

export const ExportDownloaded = event('ExportDownloaded', {
  category: 'export',
  data: z.strictObject({ ...ids, downloaded_at: z.iso.datetime() }),
  audit: { entity: 'Export', action: 'UPDATE', keys },
});

export const exportEvents = [
  ExportRequested,
  ExportPartGathered,
  ExportSucceeded,
  ExportFailed,
  ExportCancelled,
  ExportExpired,
  ExportDownloaded,
  SubjectErased,
  ...erasureEvents,
  ...importEvents,
  ...standingEvents,
  ...scheduleEvents,
] as const;
