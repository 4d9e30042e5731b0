import { z } from 'zod';
import { permissions } from '../../permissions.js';

/**
 * Between our own processes, for work that a person asked for and that is done later: `POST /internal/authority` of
 * identity answers which of these permissions the person of the context has in its account now, and 403 with the reason
 * when they may do nothing there any more.
 */
export const AuthorityAsk = z.strictObject({
  permissions: z.array(z.enum(permissions)).min(1).max(permissions.length),
});
export type AuthorityAsk = z.infer<typeof AuthorityAsk>;

export const AuthorityAnswer = z.object({ permissions: z.array(z.enum(permissions)) });
export type AuthorityAnswer = z.infer<typeof AuthorityAnswer>;

/** Most members, or invitations, in one page of an account that is exported. */
export const takeoutPageSize = 100;

/** One page by id: those after `after`. Whoever comes or goes between two pages moves nobody else from one to another. */
export const TakeoutPageAsk = z.strictObject({
  after: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(takeoutPageSize).default(takeoutPageSize),
});

export const takeoutPageOf = <S extends z.ZodType>(item: S) =>
  z.object({
    data: z.array(item),
    /** Where the next page begins; null after the last. */
    next: z.uuid().nullable(),
  });

/** `POST /internal/takeout/documents` of profile: what these people keep in the account of the context. */
export const MemberDocumentsAsk = z.strictObject({ user_ids: z.array(z.uuid()).min(1).max(takeoutPageSize) });
export type MemberDocumentsAsk = z.infer<typeof MemberDocumentsAsk>;
