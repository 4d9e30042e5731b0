import { requirePermission } from '@annals/auth';
import { type ActivityFilter, type CurrentUserContext } from '@annals/contracts';
import { type Conditions, conditions, containing } from '../log/conditions.js';
import { personOf } from '../person.js';

/** Whose entries are asked for; `userId` null: those of everybody in the account. */
export interface Whose {
  accountId: string;
  userId: string | null;
}

/**
 * One's own entries, or another member's. Somebody who is in no log of this account has none, whether unknown or of
 * another account.
 * @throws Problem 403 `permission-required` for those of others without VIEW_AUDIT_LOG
 */
export function whose(context: CurrentUserContext, asked: string | undefined): Whose & { userId: string } {
  const { account_id: accountId, user_id } = personOf(context);
  const userId = asked ?? user_id;
  if (userId !== user_id) requirePermission(context, 'VIEW_AUDIT_LOG');
  return { accountId, userId };
}

/** Entries of one person, or of everybody in an account, that pass every filter. */
export function narrowed({ accountId, userId }: Whose, filter: ActivityFilter): Conditions {
  const where = conditions();
  where.add('account_id = ?', accountId);
  where.maybe('user_id = ?', userId ?? undefined);
  where.maybe('type = ?', filter.type);
  where.maybe('category = ?', filter.category);
  where.maybe('? = any(tags)', filter.tag);
  where.maybe('source = ?', filter.source);
  where.maybe('device = ?', filter.device);
  where.maybe('session_id = ?', filter.session);
  where.maybe('occurred_at >= ?', filter.from);
  where.maybe('occurred_at < ?', filter.to);
  if (filter.q !== undefined) {
    where.add(
      `(type ilike ? or category ilike ? or array_to_string(tags, ' ') ilike ? or data::text ilike ?)`,
      containing(filter.q),
    );
  }
  return where;
}
