import type { Reactor } from '@annals/postgres';
import { actingOn } from '@annals/service';
import { completeEmailChange, followEmailChange } from '../email/complete-email-change.js';
import { dropUnusedClaim, isInUse } from '../email/drop-unused-claim.js';
import { emails } from '../email/email.js';
import type { Identity } from '../identity.js';
import { isKnown, users } from '../user/user.js';

/**
 * Finishes changes of address that stopped halfway. A claim is made only after the new address was proven, so a claim
 * whose request still counts is completed; one that nobody is going to use is given back.
 */
export const finishEmailChanges = (identity: Identity): Reactor => ({
  name: 'finish-email-changes',
  categories: ['email', 'user'],
  on: {
    async EmailClaimed(event) {
      const { user_id, email_hash } = event.data as { user_id: string; email_hash: string };
      const asking = actingOn(event, 'svc:identity', user_id);
      const { state: claim } = await identity.store.load(emails, email_hash);
      const { state: user } = await identity.store.load(users, user_id);
      // A registration is not known yet when it claims: whoever wants the address next looks after it.
      if (!isKnown(user) || claim.kind === 'free' || claim.user_id !== user_id || user.email_hash === email_hash)
        return;
      if (user.email_change && isInUse(user, claim, email_hash)) {
        const { request_id } = user.email_change;
        await completeEmailChange(identity, asking, { user_id, email_hash, request_id });
      } else await dropUnusedClaim(identity, asking, { user_id, email_hash, reason: 'change-abandoned' });
    },
    EmailChanged: (event) =>
      followEmailChange(identity, actingOn(event, 'svc:identity', String(event.data.user_id)), event),
  },
});
