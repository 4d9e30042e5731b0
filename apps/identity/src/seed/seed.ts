import { serviceIdentity } from '@annals/auth';
import { derivedId, uuidv5 } from '@annals/event-store';
import { openAccount } from '../account/create-account.js';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { admit } from '../membership/grant-membership.js';
import { grantSuperAdmin } from '../user/grant-super-admin.js';
import { registerPerson } from '../user/register.js';
import { users } from '../user/user.js';
import { demoAccounts, demoPassword, demoPeople, type DemoPerson, type DemoSlug } from './people.js';

const namespace = '0e5a3f1c-8f4e-5c1a-9d5e-2f1a7c0b6d11';
const idOf = (what: string) => uuidv5(namespace, what);
const accountId = (slug: DemoSlug) => idOf(`account ${slug}`);
const slugsOf = (person: DemoPerson) => Object.keys(person.roles) as DemoSlug[];
/** Their first account looks after them; nobody does after who is in none. */
const managerOf = (person: DemoPerson) => slugsOf(person).map(accountId)[0] ?? null;

/**
 * Makes the demo accounts and people through the ordinary commands. All ids follow from the names, so running it again
 * changes nothing, and a half-finished run is finished.
 */
export async function seedDemo(identity: Identity, now = new Date()): Promise<void> {
  const at = now.toISOString();
  const ids = new Map<string, string>();
  for (const person of demoPeople) {
    const id = await seedPerson(identity, person, at);
    if (id !== null) ids.set(person.email, id);
  }
  for (const { slug, name, creator } of demoAccounts) {
    const created_by_id = ids.get(creator);
    if (created_by_id === undefined) continue;
    const account_id = accountId(slug);
    const account = {
      account_id,
      slugs: [slug],
      name,
      domain: null,
      kind: 'team',
      created_by_id,
      created_at: at,
    } as const;
    await openAccount(identity, asking(`open ${slug}`, slug, at), account);
  }
  for (const person of demoPeople) {
    const user_id = ids.get(person.email);
    if (user_id !== undefined) await seedMemberships(identity, person, user_id, at);
  }
}

/** @returns the person's id, or null when somebody else has the address */
async function seedPerson(identity: Identity, person: DemoPerson, at: string): Promise<string | null> {
  const { email, name, superAdmin } = person;
  const registering = asking(`register ${email}`, slugsOf(person)[0] ?? null, at);
  const userId = await registerPerson(identity, registering, {
    ...{ email, name, password: demoPassword, status: 'active' },
    home: superAdmin ? 'own' : null,
    managed_by: managerOf(person),
  });
  if (userId !== null && superAdmin) {
    const { commandId: id, context, now } = asking(`super admin ${email}`, null, at);
    const decide = (user: Parameters<typeof grantSuperAdmin>[0]) => grantSuperAdmin(user, { reason: 'demo data' });
    await identity.store.execute(users, userId, { id, context, now, accountId: null, decide });
  }
  return userId;
}

async function seedMemberships(identity: Identity, person: DemoPerson, user_id: string, at: string): Promise<void> {
  for (const slug of slugsOf(person)) {
    const role = person.roles[slug];
    if (!role) continue;
    const step = asking(`admit ${person.email} ${slug}`, slug, at);
    await admit(identity, step, { account_id: accountId(slug), user_id, role });
  }
}

/** As the seeding principal, in an account when there is one. */
function asking(step: string, slug: DemoSlug | null, at: string): Asking {
  const commandId = idOf(step);
  const id = derivedId(commandId, 'request');
  return {
    commandId,
    context: {
      ...serviceIdentity('svc:seed', { accountId: slug && accountId(slug) }),
      ...{ request_id: id, transaction_id: id, correlation_id: id, causation_id: id },
      ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: at },
    },
    now: at,
  };
}
