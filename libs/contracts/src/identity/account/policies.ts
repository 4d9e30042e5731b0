import { z } from 'zod';
import { builtInRoles } from '../../permissions.js';

/** Stands in `allowed_issuers` for sessions of our own. */
export const localIssuer = 'local';

/** Roles that somebody may get without anybody deciding about them: all but the strongest. */
export const autoJoinRoles = builtInRoles.filter((role) => role !== 'ADMIN');

/** What an account asks of those who work in it. `null` asks nothing. */
export const AccountPolicies = z.strictObject({
  /** At most `max` open sessions of one person; the next one is refused, or ends the oldest. */
  session_limit: z
    .strictObject({ max: z.number().int().min(1).max(100), on_excess: z.enum(['deny', 'evict_oldest']) })
    .nullable(),
  /** Members need a second factor. */
  mfa_required: z.boolean(),
  /** Names of the issuers whose tokens count; `local` for sessions of our own. */
  allowed_issuers: z.array(z.string().min(1).max(200)).min(1).max(20).nullable(),
  /** Whoever proves an address in the account's domain becomes a member with this role. */
  auto_join_role: z.enum(autoJoinRoles).nullable(),
  /** Hours after which a member proves again who they are. */
  session_max_hours: z.number().int().min(1).max(720).nullable(),
});
export type AccountPolicies = z.infer<typeof AccountPolicies>;

/** Of an account that has set none. */
export const noPolicies: AccountPolicies = {
  ...{ session_limit: null, mfa_required: false, allowed_issuers: null },
  ...{ auto_join_role: null, session_max_hours: null },
};
