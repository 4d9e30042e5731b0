import { listElevationsRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { sessions } from '../session/session.js';
import { openElevationsOf, type ElevationRow } from './elevation-rows.js';

/** Elevations of the caller that are in force, in whichever of their sessions; read from the sessions themselves. */
export const listElevations = ({ store, pool }: Identity) =>
  mount(listElevationsRoute, async ({ context, now }) => {
    const rows = await openElevationsOf(pool, ownUser(context), now);
    const found = await Promise.all(rows.map(async (row) => ({ row, elevation: await elevationAt(row) })));
    const data = found.flatMap(({ row, elevation }) =>
      elevation === undefined
        ? []
        : [
            {
              ...{ id: row.elevation_id, account_id: elevation.account_id, session_id: row.session_id },
              ...{ current: row.session_id === context.session_id, reason: elevation.reason },
              ...{ started_at: row.started_at.toISOString(), expires_at: elevation.expires_at },
            },
          ],
    );
    return { status: 200, body: { data } };

    async function elevationAt({ session_id, elevation_id }: ElevationRow) {
      const { state } = await store.load(sessions, session_id);
      return state.kind === 'active' ? state.elevations.find((one) => one.elevation_id === elevation_id) : undefined;
    }
  });
