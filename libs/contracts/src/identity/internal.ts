import { z } from 'zod';
import { Slug } from './account/schemas.js';

/**
 * Between the gateway and identity; never reachable from outside.
 * `POST /internal/contexts` answers an `IdentityContext`: 401 when the session is over, 403 without access to the account.
 */
export const ContextRequest = z.strictObject({
  caller: z.discriminatedUnion('kind', [
    /** A token of our own issuer. `auth_methods`: how the token says the person signed in; the session's own when absent. */
    z.strictObject({
      kind: z.literal('session'),
      user_id: z.uuid(),
      session_id: z.uuid(),
      auth_methods: z.array(z.string()).optional(),
    }),
    /** A verified token of another trusted issuer, with what its configured claims say. */
    z.strictObject({
      kind: z.literal('external'),
      issuer: z.string(),
      subject: z.string(),
      email: z.string().nullable(),
      email_verified: z.boolean(),
      name: z.string().nullable(),
      roles: z.array(z.string()),
      auth_methods: z.array(z.string()),
      /** When the person last signed in there, where the token says so. */
      authenticated_at: z.iso.datetime().nullable(),
    }),
    /** A key of a service account, as it came. */
    z.strictObject({ kind: z.literal('api_key'), key: z.string().max(300) }),
  ]),
  selector: z.strictObject({
    /** Named by the request: path or `account-id` header. */
    account_id: z.uuid().optional(),
    slug: Slug.optional(),
    /** Named by the token; used when the request names none. */
    token_account_id: z.uuid().optional(),
  }),
  /** The route is about the person alone: without a usable account the context is in none. */
  account_optional: z.boolean().default(false),
  /** Where the request comes from: kept as the session's last place. */
  client: z.strictObject({ ip_address: z.string().nullable(), user_agent: z.string().nullable() }),
});
export type ContextRequest = z.output<typeof ContextRequest>;

/**
 * One line of `GET /internal/revocations?after=<seq>`: contexts of this session, user, account or membership that were
 * derived before it arrived are no longer true. `seq` rises in the order in which markers became visible.
 */
export const RevocationMarker = z.object({
  seq: z.number().int().positive(),
  kind: z.enum(['session', 'user', 'account', 'membership', 'api_key']),
  /** A session, user, account or key id, or `<account_id>_<user_id>` for a membership. */
  key: z.string(),
  at: z.iso.datetime(),
});
export type RevocationMarker = z.infer<typeof RevocationMarker>;
