import { Problem, switchAccountRoute, type SessionEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import { chooseAccount } from '../account/choose-account.js';
import { elevatedIn } from '../elevation/elevation.js';
import type { Identity } from '../identity.js';
import { issueAccessToken } from '../token/issue-access-token.js';
import { requireLiveSession } from './live-session.js';
import { ownSession } from './own-session.js';
import { sessions, type Session } from './session.js';

/** @throws Problem 401 `session-over` */
export function switchAccount(session: Session, command: { account_id: string }): SessionEvent[] {
  if (session.kind !== 'active') throw new Problem(401, 'session-over', 'This session has ended; sign in again');
  const { session_id, user_id } = session;
  return [{ type: 'AccountSwitched', data: { session_id, user_id, account_id: command.account_id } }];
}

/** A token for another account. Nothing about the session changes, so other tabs keep theirs. */
export const switchAccountOfToken = (identity: Identity) =>
  mount(switchAccountRoute, async ({ body, commandId, commandHash, context, now }) => {
    const own = ownSession(context);
    const { session, user } = await requireLiveSession(identity, { ...own, now });
    const { account_id } = await chooseAccount(identity, own.user_id, body, elevatedIn(session, user, now));
    const outcome = await identity.store.execute(sessions, own.session_id, {
      id: commandId,
      ...(commandHash === undefined ? {} : { hash: commandHash }),
      context,
      now,
      accountId: account_id,
      decide: (state) => switchAccount(state, { account_id }),
    });
    const token = await issueAccessToken(identity, session, account_id, now);
    return { ...written(outcome, () => token), revision: null };
  });
