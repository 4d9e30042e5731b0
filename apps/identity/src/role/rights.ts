import { rolePermissions, type IdentityContext } from '@annals/contracts';
import type { MyAccount } from '../account/choose-account.js';
import type { Identity } from '../identity.js';
import type { Asker } from '../session/who-asks.js';

/** What somebody may do in an account, as the context says it. */
export type Rights = Pick<
  IdentityContext,
  | 'role'
  | 'roles'
  | 'permissions'
  | 'conditional_permissions'
  | 'temporary_roles'
  | 'is_system_admin_access'
  | 'elevation_id'
  | 'valid_until'
>;

/** Of a person who is in no account. */
export const noRights: Rights = {
  ...{ role: null, roles: [], permissions: [], conditional_permissions: [], temporary_roles: [] },
  ...{ is_system_admin_access: false, elevation_id: null, valid_until: null },
};

/** The rights of a member in an account, read from the events themselves. */
export async function rightsIn(_identity: Identity, account: MyAccount, _asker: Asker, _now: string): Promise<Rights> {
  return { ...noRights, role: account.role, roles: [account.role], permissions: [...rolePermissions[account.role]] };
}
