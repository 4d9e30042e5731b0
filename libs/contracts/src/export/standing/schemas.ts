import { z } from 'zod';
import { pii } from '../../personal-data.js';
import { textOf } from '../../profile/text.js';

/** Longest reason, in characters. */
export const maxReasonLength = 1000;

/** Why somebody is held or restricted. It is about them in somebody's own words, so it is sealed. */
export const standingReason = pii(textOf(maxReasonLength), {
  category: 'content',
  purpose: 'support',
  basis: 'legal_obligation',
  retention: 'account',
});

export const PlaceLegalHold = z.strictObject({
  reason: standingReason,
  /** It ends by itself then; without, when it is released. */
  until: z.iso.datetime().nullable().default(null),
});
export type PlaceLegalHold = z.infer<typeof PlaceLegalHold>;

export const RestrictProcessing = z.strictObject({ reason: standingReason });
export type RestrictProcessing = z.infer<typeof RestrictProcessing>;

/** What stands against changing or erasing what an account holds about a person. */
export const Standing = z.object({
  account_id: z.uuid(),
  user_id: z.uuid(),
  /** Nothing of theirs is erased or removed by retention. `reason` is null for the person, whom the matter may not be told. */
  legal_hold: z
    .object({
      reason: standingReason.nullable(),
      placed_by_id: z.uuid(),
      placed_at: z.iso.datetime(),
      until: z.iso.datetime().nullable(),
    })
    .nullable(),
  /** What is held of theirs is stored, and not processed (Art. 18 GDPR). */
  restriction: z
    .object({ reason: standingReason.nullable(), restricted_by_id: z.uuid(), restricted_at: z.iso.datetime() })
    .nullable(),
});
export type Standing = z.infer<typeof Standing>;
