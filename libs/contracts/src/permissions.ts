/** Built-in roles, strongest first; `BILLING` and `ANALYTICS` stand outside the hierarchy. */
export const rankedRoles = ['ADMIN', 'MANAGER', 'EDITOR', 'AUTHOR', 'VIEWER'] as const;
export const builtInRoles = [...rankedRoles, 'BILLING', 'ANALYTICS'] as const;
export type RankedRole = (typeof rankedRoles)[number];
export type BuiltInRole = (typeof builtInRoles)[number];

const own = [
  'VIEW_AUDIT_LOG',
  'MANAGE_ROLES',
  'MANAGE_RETENTION',
  'EXPORT_ACCOUNT_DATA',
  'IMPORT_ACCOUNT_DATA',
  'REPLAY_EVENTS',
  'READ_PII',
  'MANAGE_PRIVACY',
  'MANAGE_API_KEYS',
] as const;

export const permissions = [
  'MANAGE_SYSTEM_SETTINGS',
  'MANAGE_ALL_USERS',
  'MANAGE_TEAM_USERS',
  'VIEW_ALL_USERS',
  'CREATE_CONTENT',
  'EDIT_ALL_CONTENT',
  'EDIT_OWN_CONTENT',
  'DELETE_CONTENT',
  'PUBLISH_CONTENT',
  'VIEW_CONTENT',
  'VIEW_ANALYTICS',
  'MANAGE_BILLING',
  'VIEW_BILLING',
  ...own,
] as const;
export type Permission = (typeof permissions)[number];

/** What each built-in role may do, as in the specification's role table. */
export const rolePermissions: Readonly<Record<BuiltInRole, readonly Permission[]>> = {
  ADMIN: [
    'MANAGE_SYSTEM_SETTINGS',
    'MANAGE_ALL_USERS',
    'CREATE_CONTENT',
    'EDIT_ALL_CONTENT',
    'DELETE_CONTENT',
    'PUBLISH_CONTENT',
    'VIEW_CONTENT',
    'VIEW_ANALYTICS',
    'MANAGE_BILLING',
    'VIEW_BILLING',
    ...own,
  ],
  MANAGER: [
    'MANAGE_TEAM_USERS',
    'VIEW_ALL_USERS',
    'CREATE_CONTENT',
    'EDIT_ALL_CONTENT',
    'PUBLISH_CONTENT',
    'VIEW_CONTENT',
    'VIEW_ANALYTICS',
  ],
  EDITOR: ['CREATE_CONTENT', 'EDIT_ALL_CONTENT', 'PUBLISH_CONTENT', 'VIEW_CONTENT'],
  AUTHOR: ['CREATE_CONTENT', 'EDIT_OWN_CONTENT', 'VIEW_CONTENT'],
  VIEWER: ['VIEW_CONTENT'],
  BILLING: ['MANAGE_BILLING', 'VIEW_BILLING'],
  ANALYTICS: ['VIEW_ANALYTICS', 'REPLAY_EVENTS'],
};
