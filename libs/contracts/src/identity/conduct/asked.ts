import { z } from 'zod';

/** Whose request it was and what it asked for, as facts about requests say it. */
export const askedFields = {
  /** Null where they asked about an account that is not theirs: it must not stand in a stranger's log. */
  account_id: z.uuid().nullable(),
  user_id: z.uuid().nullable(),
  /** Service account, when it was no person. */
  principal: z.string().nullable(),
  method: z.string(),
  /** Template of the path; never what somebody made up. */
  route: z.string(),
  operation: z.string(),
};

/** Fields that say who asked; they identify the entity and are not shown as changes. */
export const askerKeys = ['account_id', 'user_id', 'principal'] as const;

/** How often within the minute before: repetitions of the same are told together. */
export const times = z.number().int().positive();
