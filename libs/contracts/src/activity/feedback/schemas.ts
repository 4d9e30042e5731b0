import { z } from 'zod';
import { pii } from '../../personal-data.js';
import { textOf } from '../../profile/text.js';

/** Longest comment, in characters. */
export const maxCommentLength = 2000;

export const rating = z.number().int().min(1).max(5);
export const feedbackTopic = z
  .string()
  .max(50)
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}_.:-]*$/u, 'must be one word of letters, digits and _ . : -');

/** What somebody says in their own words can tell who they are, so it is sealed. */
export const personalComment = pii(textOf(maxCommentLength).nullable(), {
  category: 'content',
  purpose: 'analytics',
  basis: 'consent',
  retention: 'P365D',
});

export const GiveFeedback = z.strictObject({
  /** 1, very dissatisfied, to 5, very satisfied. */
  rating,
  /** What it is about; the whole unless said. */
  topic: feedbackTopic.nullable().default(null),
  comment: personalComment.default(null),
});
export type GiveFeedback = z.infer<typeof GiveFeedback>;

/** An answer as it stands. There is one of each person for a topic and a day (in UTC). */
export const Feedback = z.object({
  id: z.uuid(),
  topic: z.string().nullable(),
  rating,
  comment: personalComment,
  /** When it was first given; changing it on the same day keeps that. */
  given_at: z.iso.datetime(),
});
export type Feedback = z.infer<typeof Feedback>;

/** Null: not told, for fewer than five people said it, or it would let the answer of so few be found by subtraction. */
const counted = z.number().int().nullable();
const share = z.number().min(0).max(1).nullable();

/** How content people are with something, or were in some time. */
const content = {
  answers: counted,
  /** Mean rating, rounded to one hundredth. */
  mean: z.number().min(1).max(5).nullable(),
  /** Share of ratings 4 and 5 (CSAT), rounded to one hundredth. */
  satisfied: share,
  /** Where the share lies with 95 % confidence; null of one person alone, where there is nothing to infer. */
  interval: z.object({ low: z.number(), high: z.number() }).nullable(),
  suppressed: z.boolean(),
};

export const Satisfaction = z.object({
  ...content,
  /** Answers by rating, from 1 to 5; null where not told. */
  distribution: z.array(z.number().int()).length(5).nullable(),
  /** With most answers first, at most twenty; null is the whole. */
  topics: z.array(z.object({ topic: z.string().nullable(), ...content })),
  /** Some topics are left out, for too few people spoke of them. */
  topics_suppressed: z.boolean(),
  series: z.array(z.object({ from: z.string(), ...content })),
});
export type Satisfaction = z.infer<typeof Satisfaction>;
