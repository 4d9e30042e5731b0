import type { Reactor } from '@annals/postgres';
import { actingOn } from '@annals/service';
import type { Identity } from '../identity.js';
import { completeAcceptance, type Acceptance } from '../invitation/complete-acceptance.js';

/** Lets people in who said yes to an invitation, for the case that the command fell after that. */
export const completeAcceptances = (identity: Identity): Reactor => ({
  name: 'complete-acceptances',
  categories: ['invitation'],
  on: {
    async InvitationAccepted(event) {
      const acceptance = event.data as unknown as Acceptance;
      await completeAcceptance(identity, actingOn(event, 'svc:identity', acceptance.user_id), acceptance);
    },
  },
});
