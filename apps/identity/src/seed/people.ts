import type { BuiltInRole } from '@annals/contracts';

/** Everybody's, and so nobody's: for demonstrations only. */
export const demoPassword = 'correct horse battery staple';

export const demoAccounts = [
  { slug: 'acme', name: 'Acme', creator: 'admin@acme.test' },
  { slug: 'globex', name: 'Globex', creator: 'admin@globex.test' },
] as const;

export type DemoSlug = (typeof demoAccounts)[number]['slug'];

export interface DemoPerson {
  email: string;
  name: string;
  roles: Partial<Record<DemoSlug, BuiltInRole>>;
  superAdmin?: true;
}

export const demoPeople: readonly DemoPerson[] = [
  { email: 'admin@acme.test', name: 'Ada Admin', roles: { acme: 'ADMIN' } },
  { email: 'admin@globex.test', name: 'Gus Globex', roles: { globex: 'ADMIN' } },
  { email: 'manager@acme.test', name: 'Mary Manager', roles: { acme: 'MANAGER' } },
  { email: 'editor@acme.test', name: 'Edgar Editor', roles: { acme: 'EDITOR' } },
  { email: 'viewer@acme.test', name: 'Vera Viewer', roles: { acme: 'VIEWER' } },
  { email: 'analyst@acme.test', name: 'Alan Analyst', roles: { acme: 'ANALYTICS' } },
  { email: 'billing@acme.test', name: 'Bill Billing', roles: { acme: 'BILLING' } },
  { email: 'both@annals.test', name: 'Bo Both', roles: { acme: 'VIEWER', globex: 'ADMIN' } },
  { email: 'root@annals.test', name: 'Rosa Root', roles: {}, superAdmin: true },
];
