import { z } from 'zod';
import { Slug } from './schemas.js';

/**
 * Between the gateway and identity; never reachable from outside.
 * `POST /internal/contexts` answers an `IdentityContext`: 401 when the session is over, 403 without access to the account.
 */
export const ContextRequest = z.strictObject({
  user_id: z.uuid(),
  session_id: z.uuid(),
  selector: z.strictObject({
    /** Named by the request: path or `account-id` header. */
    account_id: z.uuid().optional(),
    slug: Slug.optional(),
    /** Named by the token; used when the request names none. */
    token_account_id: z.uuid().optional(),
  }),
  /** How the token says the person signed in; the session's own methods when absent. */
  auth_methods: z.array(z.string()).optional(),
});
export type ContextRequest = z.infer<typeof ContextRequest>;

/**
 * One line of `GET /internal/revocations?after=<seq>`: contexts of this session, user, account or membership that were
 * derived before it arrived are no longer true. `seq` rises in the order in which markers became visible.
 */
export const RevocationMarker = z.object({
  seq: z.number().int().positive(),
  kind: z.enum(['session', 'user', 'account', 'membership']),
  /** A session, user or account id, or `<account_id>_<user_id>` for a membership. */
  key: z.string(),
  at: z.iso.datetime(),
});
export type RevocationMarker = z.infer<typeof RevocationMarker>;
