import { listActivityRoute as route } from '@annals/contracts';
import { type Pool } from '@annals/postgres';
import { type MountedRoute, mount } from '@annals/service';
import { type AddressOpener } from '../log/open-address.js';
import { readLog } from '../log/read-log.js';
import { narrowed, whose } from './narrowed.js';
import { activityTable, openEntries, placeColumns, storedColumns, type StoredEntry } from './stored-entry.js';

/** GET /users/activity: one's own log; another member's with VIEW_AUDIT_LOG. */
export const listActivity = (pool: Pool, store: AddressOpener): MountedRoute =>
  mount(route, async ({ context, query }) => {
    const about = whose(context, query.user_id);
    const { page, limit, sort_order, cursor, ...filter } = query;
    const { rows, meta } = await readLog<StoredEntry>(
      pool,
      {
        ...{ table: activityTable, columns: storedColumns, key: placeColumns },
        filter: { ...filter, user_id: about.userId },
        scope: { accountId: about.accountId, userId: context.user_id },
        where: narrowed(about, filter),
      },
      { page, limit, sort_order, cursor },
    );
    return { status: 200, body: { data: await openEntries(store, rows), meta } };
  });
