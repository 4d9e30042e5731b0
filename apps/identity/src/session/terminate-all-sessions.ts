import { terminateAllSessionsRoute } from '@annals/contracts';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { endEverySession } from './end-every-session.js';
import { ownUser } from './own-session.js';
import { sessions } from './session.js';

/** Ends every session of the caller, or every other one. */
export const terminateAllSessions = (identity: Identity) =>
  mount(terminateAllSessionsRoute, async ({ query, ...asking }) => {
    const spared = query.except_current === 'true' ? asking.context.session_id : null;
    const { ended, position } = await endEverySession(identity, asking, ownUser(asking.context), 'terminated', spared);
    return { status: 200, tokens: position ? [{ category: sessions.category, position }] : [], body: { ended } };
  });
