import { rolePermissions } from '@annals/contracts';
import { noRights, type Rights } from '../role/rights.js';
import type { Elevation } from './elevation.js';

/** What a super admin may do inside an elevation: as an ADMIN of the account, until it ends. */
export const elevatedRights = ({ elevation_id, expires_at }: Elevation): Rights => ({
  ...noRights,
  ...{ role: 'ADMIN', roles: ['ADMIN'], permissions: [...rolePermissions.ADMIN] },
  ...{ is_system_admin_access: true, elevation_id, valid_until: expires_at },
});
