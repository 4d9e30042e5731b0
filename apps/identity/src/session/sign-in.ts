import type { Reply } from '@annals/service';
import { myAccounts, type MyAccount } from '../account/choose-account.js';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { issueAccessToken } from '../token/issue-access-token.js';
import type { ActingUser } from '../user/user.js';
import { openSession, type SignIn } from './open-session.js';
import { sessions } from './session.js';

/** Signs in somebody who has proved who they are: opens their session and answers with its tokens. */
export async function signIn(
  identity: Identity,
  asking: Asking,
  user: ActingUser,
  { account, device, auth_methods }: Omit<SignIn, 'account_id'> & { account: MyAccount | null },
): Promise<Reply> {
  const account_id = account?.account_id ?? null;
  const session = await openSession(identity, asking, user, { account_id, device, auth_methods });
  const [access, accounts] = await Promise.all([
    issueAccessToken(identity, session, account_id, asking.now),
    myAccounts(identity, user.user_id, account),
  ]);
  const named = account && !accounts.some((one) => one.account_id === account.account_id) ? [account] : [];
  return {
    status: 200,
    tokens: session.position ? [{ category: sessions.category, position: session.position }] : [],
    body: {
      ...access,
      refresh_token: session.refresh_token,
      device_id: session.device_id,
      accounts: [...named, ...accounts].map(({ account_id, slug, name, role }) => ({ account_id, slug, name, role })),
    },
  };
}
