import { z } from 'zod';
import { AvatarThumbnail } from '../avatar/schemas.js';
import { SeenProfile } from '../privacy/schemas.js';

/** A member as the other members see them, the one who asks included: what is hidden is null. */
export const DirectoryEntry = SeenProfile.pick({
  ...{ user_id: true, handle: true, name: true, pronouns: true, verified: true },
}).extend({ avatar: AvatarThumbnail.nullable() });
export type DirectoryEntry = z.infer<typeof DirectoryEntry>;

/** Longest question, in characters. */
const longestQuestion = 100;

/** What is looked for; `@` in front looks among handles first. */
export const DirectoryQuestion = z
  .string()
  .trim()
  .min(1, 'must not be empty; leave it out to list everybody')
  .max(longestQuestion)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must be one line without control characters');
