import { z } from 'zod';
import { pageOf, pageQuery } from '../../route.js';
import { languageTag } from '../timezone.js';

/**
 * What is done with a person's data for as long as they let it be.
 * - `activity_tracking`: facts that clients tell about them are kept.
 * - `usage_analytics`: what services see them do is counted, by pseudonym.
 */
export const consentPurposes = ['activity_tracking', 'usage_analytics'] as const;
export const ConsentPurpose = z.enum(consentPurposes);
export type ConsentPurpose = z.infer<typeof ConsentPurpose>;

/**
 * What holds while nothing was decided. Clients' facts need a yes (Art. 6(1)(a) GDPR). Counting by pseudonym rests on a
 * legitimate interest (Art. 6(1)(f)), so it goes on until there is a no (Art. 21).
 */
export const undecided: Readonly<Record<ConsentPurpose, boolean>> = { activity_tracking: false, usage_analytics: true };

/** By which way a decision came: the list of consents, or the privacy settings, which decide about both purposes at once. */
export const consentMethods = ['consents', 'privacy_settings'] as const;
export const ConsentMethod = z.enum(consentMethods);
export type ConsentMethod = z.infer<typeof ConsentMethod>;

/** Name of the text that somebody was shown, as in `2026-03` or `privacy-4.1`. */
export const PolicyVersion = z
  .string()
  .max(50)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be letters, digits and . _ -');

/** Says yes or no to some purposes. What is left out stays as it is. To say no takes nothing but saying it. */
export const ReplaceConsents = z
  .strictObject({
    consents: z.strictObject({ activity_tracking: z.boolean(), usage_analytics: z.boolean() }).partial(),
    /** Which text they agreed to, in which language: who says yes was shown one. */
    policy_version: PolicyVersion.optional(),
    locale: languageTag.optional(),
  })
  .superRefine(({ consents, ...text }, context) => {
    if (!Object.values(consents).includes(true)) return;
    for (const name of ['policy_version', 'locale'] as const) {
      if (text[name] !== undefined) continue;
      context.addIssue({ code: 'custom', path: [name], message: 'must say which text was agreed to' });
    }
  });
export type ReplaceConsents = z.infer<typeof ReplaceConsents>;

/** A decision as it was made; the text is null where none was named. */
const decision = {
  purpose: ConsentPurpose,
  given: z.boolean(),
  policy_version: z.string().nullable(),
  locale: z.string().nullable(),
  method: ConsentMethod,
  at: z.iso.datetime(),
};
export const ConsentDecision = z.object(decision);
export type ConsentDecision = z.infer<typeof ConsentDecision>;

/** Where a purpose stands: `in_force` says whether it is processed, `decision` is null while there was none. */
export const ConsentState = z.object({
  purpose: ConsentPurpose,
  in_force: z.boolean(),
  decision: ConsentDecision.nullable(),
});
export type ConsentState = z.infer<typeof ConsentState>;

export const Consents = z.object({ account_id: z.uuid(), user_id: z.uuid(), consents: z.array(ConsentState) });
export type Consents = z.infer<typeof Consents>;

export const ConsentHistoryQuery = z.strictObject({ page: pageQuery.page, limit: pageQuery.limit });
/** The present, and every decision there was, newest first. */
export const ConsentsWithHistory = Consents.extend({ history: pageOf(ConsentDecision) });
export type ConsentsWithHistory = z.infer<typeof ConsentsWithHistory>;
