import { z } from 'zod';
import { pii } from '../personal-data.js';
import { moment } from './log-list.js';

const word = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[\p{L}\p{N}][\p{L}\p{N}_.:-]*$/u, 'must be one word of letters, digits and _ . : -');

/** Most facts in one request. */
export const maxFacts = 500;

/** Something a client saw its user do. */
export const ActivityFact = z.strictObject({
  type: word(100),
  category: word(50).default('interaction'),
  tags: z.array(word(50)).max(20).default([]),
  data: z.record(z.string().max(100), z.unknown()).default({}),
  /** By the client's clock; the time of arrival when absent. */
  occurred_at: moment.optional(),
});
export type ActivityFact = z.infer<typeof ActivityFact>;

/** One fact, or a list of them that is stored whole or not at all. */
export const TrackActivity = z.union([ActivityFact, z.array(ActivityFact).min(1).max(maxFacts)]);
export type TrackActivity = z.infer<typeof TrackActivity>;

/** A fact as stored: with an id, and always with a time. */
export const TrackedFact = ActivityFact.extend({ id: z.uuid(), occurred_at: z.iso.datetime() });
export type TrackedFact = z.infer<typeof TrackedFact>;

/** Habits are personal, so all the facts of a request are sealed together. */
export const personalFacts = pii(z.array(TrackedFact), {
  category: 'content',
  purpose: 'analytics',
  basis: 'legitimate_interest',
  retention: 'P365D',
});
