import { z } from 'zod';

/** What the estimate is made of; each is explained in docs/churn-model.md. */
export const churnFactors = ['recency', 'trend', 'frequency', 'breadth', 'tenure', 'regularity', 'rating'] as const;
export const ChurnFactor = z.enum(churnFactors);
export type ChurnFactor = z.infer<typeof ChurnFactor>;

export const churnBands = ['low', 'medium', 'high'] as const;
export const ChurnBand = z.enum(churnBands);
export type ChurnBand = z.infer<typeof ChurnBand>;

/** How likely it is that somebody will not come back within the next 28 days. */
export const OwnChurnRisk = z.object({
  about: z.literal('self'),
  /** Nothing can be said of who is `too_new` (first seen less than two weeks ago), `gone` (not seen for four) or `untracked`. */
  band: z.enum([...churnBands, 'too_new', 'gone', 'untracked']),
  /** What matters most for it, strongest first. */
  factors: z.array(z.object({ factor: ChurnFactor, effect: z.enum(['raises', 'lowers']), words: z.string() })),
});

const people = z.number().int().nullable();

export const AccountChurnRisk = z.object({
  about: z.literal('account'),
  /** People by band; null where not told. Never who they are. */
  bands: z.object({ low: people, medium: people, high: people }),
  /** What raises the risk of those in the bands medium and high most often, most often first. */
  factors: z.array(z.object({ factor: ChurnFactor, people: z.number().int(), words: z.string() })),
  /** The account has more people than are looked at, and these are some of them, chosen by chance. */
  sampled: z.boolean(),
  suppressed: z.boolean(),
});

export const ChurnRisk = z.discriminatedUnion('about', [OwnChurnRisk, AccountChurnRisk]);
export type ChurnRisk = z.infer<typeof ChurnRisk>;
export type OwnChurnRisk = z.infer<typeof OwnChurnRisk>;
export type AccountChurnRisk = z.infer<typeof AccountChurnRisk>;
