import { z } from 'zod';
import { pii } from '../../personal-data.js';
import { textOf } from '../../profile/text.js';

/** `person`: everything that is held about somebody, everywhere; `account`: what one account holds about them. */
export const ErasureScope = z.enum(['person', 'account']);
export type ErasureScope = z.infer<typeof ErasureScope>;

/** Why somebody is to be forgotten, in the words of whoever asks. It goes with everything else. */
export const erasureReason = pii(textOf(1000), {
  category: 'content',
  purpose: 'account',
  basis: 'legal_obligation',
  retention: 'account',
});

export const RequestErasure = z.strictObject({
  /** Whom to forget; who asks, unless said. */
  user_id: z.uuid().optional(),
  /** Of oneself the whole person unless said; of somebody else what the account holds. */
  scope: ErasureScope.optional(),
  reason: erasureReason.nullable().default(null),
});
export type RequestErasure = z.infer<typeof RequestErasure>;

/**
 * - `scheduled`: waits for its time, and may be cancelled
 * - `held`: its time has come, and something stands against it; goes on by itself when that is gone
 * - `erasing`: under way; nothing stops it any more
 * - `erased`: everybody has acknowledged, and the certificate is there
 */
export const ErasureStatus = z.enum(['scheduled', 'held', 'cancelled', 'erasing', 'erased']);
export type ErasureStatus = z.infer<typeof ErasureStatus>;

/** What keeps an erasure from beginning. */
export const ErasureObstacle = z.enum(['legal-hold', 'last-admin']);
export type ErasureObstacle = z.infer<typeof ErasureObstacle>;

/**
 * Why there will be none: it was withdrawn in time; or who asked about somebody else may not any more, or that person has
 * become a member elsewhere as well.
 */
export const ErasureEnd = z.enum(['withdrawn', 'not-allowed', 'member-elsewhere']);
export type ErasureEnd = z.infer<typeof ErasureEnd>;

/** Services that hold personal data, in the order in which they are asked to forget it. */
export const erasingServices = ['identity', 'profile', 'activity', 'export'] as const;
export const ErasingService = z.enum(erasingServices);
export type ErasingService = z.infer<typeof ErasingService>;

/** How many things of each kind a service removed. */
export const Removed = z.record(z.string(), z.number().int().nonnegative());
export type Removed = z.infer<typeof Removed>;

/** What was erased and what was not, as it is signed. It names nobody but by id. */
export const ErasureCertificate = z.object({
  format: z.literal('annals-erasure-certificate'),
  format_version: z.literal(1),
  erasure_id: z.uuid(),
  user_id: z.uuid(),
  scope: ErasureScope,
  /** Whose data it was; null when everybody's. */
  account_id: z.uuid().nullable(),
  requested_at: z.iso.datetime(),
  begun_at: z.iso.datetime(),
  keys_destroyed_at: z.iso.datetime(),
  /** From then on no process could open anything. */
  caches_evicted_at: z.iso.datetime(),
  certified_at: z.iso.datetime(),
  /** In how many accounts something was held, or could have been. */
  accounts: z.number().int().nonnegative(),
  /** SHA-256 of the ids of the keys that were destroyed: shows of a key that it is one of them, without telling it. */
  key_fingerprints: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
  /** What each service removed besides. */
  removed: z.record(ErasingService, Removed),
  /** What stays, on which basis, and until when. */
  exceptions: z.array(z.object({ what: z.string(), basis: z.string(), until: z.string() })),
});
export type ErasureCertificate = z.infer<typeof ErasureCertificate>;

/** An erasure as a long-running operation. */
export const ErasureOperation = z.object({
  id: z.uuid(),
  user_id: z.uuid(),
  scope: ErasureScope,
  /** Whose data goes; null when everybody's. */
  account_id: z.uuid().nullable(),
  status: ErasureStatus,
  requested_at: z.iso.datetime(),
  /** When it begins; until then it may be cancelled. */
  due_at: z.iso.datetime(),
  /** What stands against it now, and in which accounts. */
  held: z.object({ reason: ErasureObstacle, accounts: z.array(z.uuid()), held_at: z.iso.datetime() }).nullable(),
  cancelled: z.object({ reason: ErasureEnd, cancelled_at: z.iso.datetime() }).nullable(),
  begun_at: z.iso.datetime().nullable(),
  progress: z.object({
    done: z.number().int(),
    total: z.number().int(),
    unit: z.literal('steps'),
    percent: z.number(),
  }),
  /** Services that have not acknowledged yet; they are asked until they have. */
  waiting_for: z.array(ErasingService),
  erased_at: z.iso.datetime().nullable(),
  certificate: ErasureCertificate.nullable(),
});
export type ErasureOperation = z.infer<typeof ErasureOperation>;

/**
 * The answer to who asks. With the receipt, sent as `erasure-receipt`, the erasure can be read without signing in, which
 * nobody can who was erased. It is shown here alone. `verifier` is the key that will sign the certificate, `name+id+key`:
 * whoever has it beforehand need not believe anybody about it afterwards.
 */
export const RequestedErasure = ErasureOperation.extend({ receipt: z.string(), verifier: z.string() });
export type RequestedErasure = z.infer<typeof RequestedErasure>;
