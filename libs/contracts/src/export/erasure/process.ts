import { z } from 'zod';
import { type AuditAction, event, type EventOf } from '../../event.js';
import { ErasedHolder } from './inside.js';
import { ErasingService, ErasureEnd, ErasureObstacle, erasureReason, ErasureScope, Removed } from './schemas.js';

const ids = {
  /** Whose data goes; null when everybody's. */
  account_id: z.uuid().nullable(),
  erasure_id: z.uuid(),
  user_id: z.uuid(),
};
const audit = (action: AuditAction) => ({
  ...{ entity: 'Erasure', action },
  keys: ['account_id', 'erasure_id', 'user_id'] as const,
});
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Somebody is to be forgotten. Stream `erasure-<erasure_id>`. */
export const ErasureRequested = event('ErasureRequested', {
  category: 'erasure',
  subject: 'user_id',
  data: z.strictObject({
    ...ids,
    scope: ErasureScope,
    asked_by_id: z.uuid(),
    /** Account whose officer asked about somebody else; null when people ask about themselves. */
    asked_in: z.uuid().nullable(),
    reason: erasureReason.nullable(),
    /** Of the receipt with which it can be read without signing in. */
    receipt_sha256: sha256,
    requested_at: z.iso.datetime(),
    due_at: z.iso.datetime(),
  }),
  audit: audit('INSERT'),
});

/** Its time has come, and something stands against it. */
export const ErasureHeld = event('ErasureHeld', {
  category: 'erasure',
  data: z.strictObject({ ...ids, reason: ErasureObstacle, accounts: z.array(z.uuid()), held_at: z.iso.datetime() }),
  audit: audit('UPDATE'),
});

/** Nothing stands against it any more. */
export const ErasureResumed = event('ErasureResumed', {
  category: 'erasure',
  data: z.strictObject({ ...ids, resumed_at: z.iso.datetime() }),
  audit: audit('UPDATE'),
});

export const ErasureCancelled = event('ErasureCancelled', {
  category: 'erasure',
  data: z.strictObject({ ...ids, reason: ErasureEnd, cancelled_at: z.iso.datetime() }),
  audit: audit('DELETE'),
});

/** From here on nothing stops it. */
export const ErasureBegun = event('ErasureBegun', {
  category: 'erasure',
  data: z.strictObject({ ...ids, holders: z.array(ErasedHolder), begun_at: z.iso.datetime() }),
  audit: audit('UPDATE'),
});

/** No key of these holders is made or given out any more, and those that were there are destroyed. */
export const ErasureKeysDestroyed = event('ErasureKeysDestroyed', {
  category: 'erasure',
  data: z.strictObject({
    ...ids,
    /** Those it began with, and those that came to be meanwhile. */
    holders: z.array(ErasedHolder),
    key_fingerprints: z.array(sha256),
    /** Of the facts that say so, as `x-position` writes them. */
    positions: z.string(),
    destroyed_at: z.iso.datetime(),
  }),
  audit: audit('UPDATE'),
});

/** No process can have the keys in memory any more. */
export const ErasureCachesEvicted = event('ErasureCachesEvicted', {
  category: 'erasure',
  data: z.strictObject({ ...ids, evicted_at: z.iso.datetime() }),
  audit: audit('UPDATE'),
});

/** A service has seen that they were erased, and has removed what it held. */
export const ErasureStepAcknowledged = event('ErasureStepAcknowledged', {
  category: 'erasure',
  data: z.strictObject({ ...ids, service: ErasingService, removed: Removed, acknowledged_at: z.iso.datetime() }),
  audit: audit('UPDATE'),
});

export const ErasureCertified = event('ErasureCertified', {
  category: 'erasure',
  data: z.strictObject({
    ...ids,
    /** The certificate with its signature, as it is handed out (C2SP signed-note). */
    certificate: z.string(),
    certified_at: z.iso.datetime(),
  }),
  audit: audit('UPDATE'),
});

export const erasureEvents = [
  ErasureRequested,
  ErasureHeld,
  ErasureResumed,
  ErasureCancelled,
  ErasureBegun,
  ErasureKeysDestroyed,
  ErasureCachesEvicted,
  ErasureStepAcknowledged,
  ErasureCertified,
] as const;
export type ErasureEvent = EventOf<(typeof erasureEvents)[number]>;
