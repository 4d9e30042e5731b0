import { logoutRoute } from '@annals/contracts';
import { mount, written } from '@annals/service';
import type { Identity } from '../identity.js';
import { ownSession } from './own-session.js';
import { endSessionNow } from './end-session-now.js';

export const logout = (identity: Identity) =>
  mount(logoutRoute, async (asking) => {
    const outcome = await endSessionNow(identity, asking, { ...ownSession(asking.context), reason: 'logout' });
    return written(outcome, () => undefined, 204);
  });
