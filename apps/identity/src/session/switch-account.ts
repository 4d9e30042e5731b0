import { Problem, switchAccountRoute, type SessionEvent } from '@annals/contracts';
import { mount, written } from '@annals/service';
import { chooseAccount } from '../account/choose-account.js';
import { elevatedIn } from '../elevation/elevation.js';
import type { Identity } from '../identity.js';
import { issueAccessToken } from '../token/issue-access-token.js';
import { enterAccount } from './enter-account.js';
import { requireLiveSession } from './live-session.js';
import { ownSession } from './own-session.js';
import { sessions, type Session } from './session.js';
import { askerOf } from './who-asks.js';

/** @throws Problem 401 `session-over` */
export function switchAccount(session: Session, command: { account_id: string }): SessionEvent[] {
  if (session.kind !== 'active') throw new Problem(401, 'session-over', 'This session has ended; sign in again');
  const { session_id, user_id } = session;
  return [{ type: 'AccountSwitched', data: { session_id, user_id, account_id: command.account_id } }];
}

/** A token for another account, which has to let the session in. Nothing about it changes, so other tabs keep theirs. */
export const switchAccountOfToken = (identity: Identity) =>
  mount(switchAccountRoute, async ({ body, commandId, commandHash, context, now }) => {
    const own = ownSession(context);
    const live = await requireLiveSession(identity, { ...own, now });
    const { session, user } = live;
    const account = await chooseAccount(identity, own.user_id, body, elevatedIn(session, user, now));
    await enterAccount(identity, account, askerOf(live, context.auth_methods), now);
    const { account_id } = account;
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
