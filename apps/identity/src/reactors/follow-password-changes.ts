import type { Reactor } from '@annals/postgres';
import { actingOn } from '@annals/service';
import { followPasswordChange } from '../credential/new-password.js';
import type { Identity } from '../identity.js';

/** Does again what follows a new password, for the case that the command fell between the fact and its effects. */
export const followPasswordChanges = (identity: Identity): Reactor => ({
  name: 'follow-password-changes',
  categories: ['credential'],
  on: {
    async PasswordChanged(event) {
      await followPasswordChange(identity, actingOn(event, 'svc:identity', String(event.data.user_id)), event);
    },
  },
});
