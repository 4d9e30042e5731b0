import type { Reactor } from '@annals/postgres';
import { actingOn } from '@annals/service';
import type { Identity } from '../identity.js';
import { welcome, type Welcome } from '../user/welcome.js';

/** Makes people whom an administrator made known members and invites them, for the case that the command got no further. */
export const welcomeCreatedUsers = (identity: Identity): Reactor => ({
  name: 'welcome-created-users',
  categories: ['user'],
  on: {
    async UserRegistered(event) {
      const person = event.data as unknown as Omit<Welcome, 'invited_by_id'>;
      if (person.joins.length === 0) return;
      const { user_id, on_behalf_of } = event.metadata.actor;
      const invited_by_id = user_id ?? on_behalf_of;
      await welcome(identity, actingOn(event, 'svc:identity', person.user_id), { ...person, invited_by_id });
    },
  },
});
