import { terminateSessionRoute } from '@annals/contracts';
import { mount, written } from '@annals/service';
import type { Identity } from '../identity.js';
import { endSessionNow } from './end-session-now.js';
import { ownUser } from './own-session.js';

export const terminateSession = (identity: Identity) =>
  mount(terminateSessionRoute, async ({ params, ...asking }) => {
    const user_id = ownUser(asking.context);
    const { session_id } = params;
    const outcome = await endSessionNow(identity, asking, { session_id, user_id, reason: 'terminated' });
    return written(outcome, () => undefined, 204);
  });
