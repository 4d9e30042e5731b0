import { requirePermission } from '@annals/auth';
import { type ActivityEntry, type ActivityQuery, listActivityRoute as route } from '@annals/contracts';
import { encodePosition } from '@annals/event-store';
import { type Pool, projectionSchema } from '@annals/postgres';
import { type MountedRoute, mount } from '@annals/service';
import { type Conditions, conditions, containing } from '../log/conditions.js';
import { readLog } from '../log/read-log.js';
import { personOf } from '../person.js';
import { activityLog } from './projection.js';

const table = `${projectionSchema(activityLog)}.activity_entries`;
const columns =
  'id, account_id, user_id, type, category, tags, data, source, session_id, request_id, occurred_at, recorded_at, commit_pos, prepare_pos, idx';
const key = ['commit_pos', 'prepare_pos', 'idx'];

interface Row extends Omit<ActivityEntry, 'occurred_at' | 'recorded_at' | 'position'> {
  occurred_at: Date;
  recorded_at: Date;
  commit_pos: string;
  prepare_pos: string;
  idx: number;
}

/**
 * GET /users/activity: one's own log; another member's with VIEW_AUDIT_LOG. Somebody who is in no log of this account
 * has an empty one, whether unknown or of another account.
 */
export const listActivity = (pool: Pool): MountedRoute =>
  mount(route, async ({ context, query }) => {
    const { account_id, user_id } = personOf(context);
    const about = query.user_id ?? user_id;
    if (about !== user_id) requirePermission(context, 'VIEW_AUDIT_LOG');
    const { page, limit, sort_order, cursor, ...filter } = query;
    const { rows, meta } = await readLog<Row>(
      pool,
      {
        ...{ table, columns, key, filter: { ...filter, user_id: about } },
        scope: { accountId: account_id, userId: user_id },
        where: conditionsOf(account_id, about, filter),
      },
      { page, limit, sort_order, cursor },
    );
    return { status: 200, body: { data: rows.map(entryOf), meta } };
  });

type Filter = Pick<ActivityQuery, 'type' | 'category' | 'tag' | 'session' | 'from' | 'to' | 'q'>;

function conditionsOf(accountId: string, userId: string, filter: Filter): Conditions {
  const where = conditions();
  where.add('account_id = ?', accountId);
  where.add('user_id = ?', userId);
  where.maybe('type = ?', filter.type);
  where.maybe('category = ?', filter.category);
  where.maybe('? = any(tags)', filter.tag);
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

function entryOf({ commit_pos, prepare_pos, idx: _idx, occurred_at, recorded_at, ...row }: Row): ActivityEntry {
  return {
    ...row,
    occurred_at: occurred_at.toISOString(),
    recorded_at: recorded_at.toISOString(),
    position: encodePosition({ commit: BigInt(commit_pos), prepare: BigInt(prepare_pos) }),
  };
}
