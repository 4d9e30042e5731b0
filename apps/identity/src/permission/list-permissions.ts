import { listPermissionsRoute, permissions, type Permission } from '@annals/contracts';
import { mount } from '@annals/service';

const descriptions: Readonly<Record<Permission, string>> = {
  MANAGE_SYSTEM_SETTINGS: 'Change the settings of the account',
  MANAGE_ALL_USERS: 'Create, change, disable and remove people of the account',
  MANAGE_TEAM_USERS: 'Look after the people of a team',
  VIEW_ALL_USERS: 'See the people of the account',
  CREATE_CONTENT: 'Create content',
  EDIT_ALL_CONTENT: 'Edit everybody’s content',
  EDIT_OWN_CONTENT: 'Edit content of one’s own',
  DELETE_CONTENT: 'Delete content',
  PUBLISH_CONTENT: 'Publish content',
  VIEW_CONTENT: 'Read content',
  VIEW_ANALYTICS: 'See analytics of the account',
  MANAGE_BILLING: 'Change plans and ways to pay',
  VIEW_BILLING: 'See invoices',
  VIEW_AUDIT_LOG: 'Read the audit log',
  MANAGE_ROLES: 'Define roles and give them to people',
  MANAGE_RETENTION: 'Say how long records are kept',
  EXPORT_ACCOUNT_DATA: 'Export the data of the account',
  IMPORT_ACCOUNT_DATA: 'Import data of members',
  REPLAY_EVENTS: 'Look at the event history',
  READ_PII: 'See personal data unmasked, with a reason that is recorded',
  MANAGE_PRIVACY: 'Restrict processing, hold and erase personal data',
  MANAGE_API_KEYS: 'Make and revoke keys of service accounts',
};

/** `VIEW_AUDIT_LOG` is the action `view` on the resource `audit_log`. */
const data = permissions.map((name) => {
  const [action = '', ...resource] = name.toLowerCase().split('_');
  return {
    name,
    description: descriptions[name],
    resource: resource.filter((word) => word !== 'own' && word !== 'all').join('_'),
    action,
    conditions: resource.includes('own') ? ['own'] : [],
  };
});

export const listPermissions = () => mount(listPermissionsRoute, async () => ({ status: 200, body: { data } }));
