import type { Reactor } from '@annals/postgres';
import { actingOn } from '@annals/service';
import { provisionHome } from '../account/provision-home.js';
import type { Identity } from '../identity.js';

/** Gives everybody who registered their home account, for the case that the registration itself did not get that far. */
export const provisionHomes = (identity: Identity): Reactor => ({
  name: 'provision-homes',
  categories: ['user'],
  on: {
    async UserRegistered(event) {
      const { user_id, home_account_id } = event.data as { user_id: string; home_account_id: string | null };
      if (!home_account_id) return;
      const asking = actingOn(event, 'svc:identity', user_id);
      await provisionHome(identity, asking, { account_id: home_account_id, user_id });
    },
  },
});
