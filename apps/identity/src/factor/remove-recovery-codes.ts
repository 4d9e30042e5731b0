import { removeRecoveryCodesRoute } from '@annals/contracts';
import { mount, written } from '@annals/service';
import { credentials } from '../credential/credential.js';
import type { Identity } from '../identity.js';
import { ownUser } from '../session/own-session.js';
import { lastCodes } from './recovery-code-sets.js';

export const removeRecoveryCodes = (identity: Identity) =>
  mount(removeRecoveryCodesRoute, async ({ commandId, commandHash, context, now }) => {
    const user_id = ownUser(context);
    const outcome = await identity.store.execute(credentials, user_id, {
      id: commandId,
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      ...{ context, now },
      decide: (state) => lastCodes(state, user_id),
    });
    return written(outcome, () => undefined, 204);
  });
