import { assignmentState } from '@annals/auth';
import type { BuiltInRole, HeldRole } from '@annals/contracts';
import { roleName, type RoleSet } from '../role/role.js';
import type { Grant } from './grant.js';

/** A grant as it is shown, with what it is at `now`. */
export const shownGrant = (grant: Grant, set: RoleSet, now: string): HeldRole => ({
  ...grant,
  name: roleName(set, grant.role_id),
  source: 'grant',
  state: assignmentState(grant, now),
});

/** A grant whose end is on record: by whichever clock, it is over. */
export const shownExpired = (grant: Grant, set: RoleSet): HeldRole => ({
  ...shownGrant(grant, set, grant.granted_at),
  state: 'expired',
});

/** The role of a membership, shown as one that was given for good. */
export const shownBaseRole = (role: BuiltInRole): HeldRole => ({
  ...{ role_id: role, name: role, source: 'membership', state: 'active' },
  ...{ valid_from: null, expires_at: null, granted_at: null, reason: null, assigned_by_id: null },
});
