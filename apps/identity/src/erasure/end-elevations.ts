import { derivedId } from '@annals/event-store';
import { erasingAs } from '@annals/service';
import { leaveAccount } from '../elevation/end-elevation.js';
import { openElevationsOf } from '../elevation/elevation-rows.js';
import type { Removal } from './parts.js';

/** Ends visits of a super admin in accounts of others, each in the log of its own account. */
export const endElevations: Removal = async ({ identity }, erasure) => {
  const asking = erasingAs(erasure, 'end elevations');
  const open = await openElevationsOf(identity.pool, erasure.holder.user_id, asking.now);
  for (const { elevation_id, session_id } of open) {
    const own = { ...asking, commandId: derivedId(asking.commandId, elevation_id) };
    await leaveAccount(identity, own, session_id, { elevation_id, reason: 'session-ended' });
  }
  return open.length;
};
