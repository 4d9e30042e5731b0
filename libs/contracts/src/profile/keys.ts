import { z } from 'zod';

/** Whose it is: a person in an account. */
export const owner = { account_id: z.uuid(), user_id: z.uuid() };

/** `updated_at` rides along for the fold; as a change it would say nothing that the entry's own time does not. */
export const updated = { ...owner, updated_at: z.iso.datetime() };

/** Data fields that the audit log does not show as changes. */
export const updatedKeys = ['account_id', 'user_id', 'updated_at'] as const;
