import type { Layout } from './layout.js';

export const demoPassword = 'correct horse battery staple';

const users = [
  ['root@annals.test', 'super admin'],
  ['admin@acme.test', 'ADMIN of acme'],
  ['manager@acme.test', 'MANAGER of acme'],
  ['editor@acme.test', 'EDITOR of acme'],
  ['viewer@acme.test', 'VIEWER of acme'],
  ['analyst@acme.test', 'ANALYTICS of acme'],
  ['billing@acme.test', 'BILLING of acme'],
  ['admin@globex.test', 'ADMIN of globex'],
  ['both@annals.test', 'ADMIN of globex, VIEWER of acme'],
] as const;

/** What a person needs first: where things are and who can sign in. */
export function signInTable(layout: Layout): string {
  const services = Object.entries(layout.ports).filter(([name]) => name !== 'gateway');
  return [
    '',
    `  API            ${layout.url}/api/v1`,
    `  API docs       ${layout.url}/api/docs`,
    `  Mail box       ${layout.url}/api/v1/dev/mail?to=<address>`,
    `  Services       ${services.map(([name, port]) => `${name.replace('_', '-')} ${port}`).join(', ')}`,
    `  Logs           ${layout.logsDir}`,
    '',
    `  Sign-ins, password "${demoPassword}":`,
    ...users.map(([email, role]) => `    ${email.padEnd(22)} ${role}`),
    '',
    '  Try: npm run demo · npm run replay -- ls --all-accounts · npm run doctor',
    '  Ctrl-C stops everything; the data stays.',
    '',
  ].join('\n');
}
