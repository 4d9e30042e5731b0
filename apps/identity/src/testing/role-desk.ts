import type { StoredEvent } from '@annals/event-store';
import type { DemoPerson } from './demo-people.js';
import type { Answer, IdentityService } from './identity-service.js';

/** What an administrator does with roles all day. */
export interface RoleDesk {
  /** Defines a role under a name of its own. @returns its id */
  define(over?: Record<string, unknown>): Promise<string>;
  give(person: DemoPerson, body: Record<string, unknown>, by?: DemoPerson): Promise<Answer>;
  take(person: DemoPerson, role: string): Promise<Answer>;
  /** What the administrator sees that a person has. */
  heldBy(person: DemoPerson): Promise<Record<string, unknown>[]>;
  /** How grants of a role ended, apart from those that somebody took away. */
  endsOf(person: DemoPerson, role: string): Promise<StoredEvent[]>;
}

export const rolesOf = ({ user_id }: Pick<DemoPerson, 'user_id'>): string => `/users/${user_id}/roles`;

/** A time from now. */
export const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

/** Events of what a person was given. */
export async function historyOf(service: IdentityService, { account_id, user_id }: DemoPerson): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for await (const event of service.identity.store.readStream(`grant-${account_id}_${user_id}`)) events.push(event);
  return events;
}

export function roleDesk(service: IdentityService, admin: DemoPerson): RoleDesk {
  let names = 0;
  return {
    async define(over = {}) {
      const { body } = await admin.call('POST', '/roles', { body: { name: `Role ${++names}`, ...over } });
      return String(body.id);
    },
    give: (person, body, by = admin) => by.call('POST', rolesOf(person), { body }),
    take: (person, role) => admin.call('DELETE', `${rolesOf(person)}/${role}`),
    heldBy: async (person) => (await admin.call('GET', rolesOf(person))).body.data as Record<string, unknown>[],
    endsOf: async (person, role) =>
      (await historyOf(service, person)).filter(
        ({ type, data }) => type === 'RoleGrantEnded' && data.role_id === role && data.reason !== 'revoked',
      ),
  };
}
