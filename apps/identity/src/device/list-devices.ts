import { listDevicesRoute, pageMeta } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { lifetimesOf } from '../session/lifetimes.js';
import { ownUser } from '../session/own-session.js';
import { personQuery } from '../views/person-table.js';
import { deviceRows, shownDevice, type DeviceRow } from './device-rows.js';

/** Devices the caller signed in on and has not removed. */
export const listDevices = ({ pool, settings }: Identity) =>
  mount(listDevicesRoute, async ({ context, query, now }) => {
    const { page, limit, sort_by, sort_order } = query;
    const userId = ownUser(context);
    const { idle } = lifetimesOf(settings, context.is_super_admin);
    const { rows } = await personQuery<DeviceRow & { total: string }>(
      pool,
      userId,
      // The right join keeps the total on a page beyond the last.
      `with devices as (${deviceRows}), page as (
         select * from devices order by ${sort_by} ${sort_order}, device_id ${sort_order} limit $5 offset $6
       )
       select page.*, total from page right join (select count(*) as total from devices) t on true`,
      [userId, now, idle, context.session_id, limit, (page - 1) * limit],
    );
    const shown = rows.filter((row) => row.device_id !== null);
    return {
      status: 200,
      body: { data: shown.map(shownDevice), meta: pageMeta(page, limit, Number(rows[0]?.total ?? 0)) },
    };
  });
