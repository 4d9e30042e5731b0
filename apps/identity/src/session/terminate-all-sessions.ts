import { terminateAllSessionsRoute } from '@annals/contracts';
import { comparePositions, derivedId } from '@annals/event-store';
import { mount } from '@annals/service';
import type { Identity } from '../identity.js';
import { endSessionNow } from './end-session-now.js';
import { ownUser } from './own-session.js';
import { openSessionsOf } from './session-tokens.js';
import { sessions } from './session.js';

/** Ends every session of the caller, or every other one. The list comes from the token rows, which are never behind. */
export const terminateAllSessions = (identity: Identity) =>
  mount(terminateAllSessionsRoute, async ({ query, ...asking }) => {
    const user_id = ownUser(asking.context);
    const spared = query.except_current === 'true' ? asking.context.session_id : null;
    const open = (await openSessionsOf(identity.pool, user_id)).filter((id) => id !== spared);
    const outcomes = await Promise.all(
      open.map((session_id) =>
        endSessionNow(
          identity,
          { ...asking, commandId: derivedId(asking.commandId, session_id) },
          { session_id, user_id, reason: 'terminated' },
        ),
      ),
    );
    const positions = outcomes.flatMap(({ position }) => (position ? [position] : []));
    const last = positions.sort(comparePositions).at(-1);
    return {
      status: 200,
      tokens: last ? [{ category: sessions.category, position: last }] : [],
      body: { ended: outcomes.filter((outcome) => outcome.kind === 'appended').length },
    };
  });
