import { loginRoute, Problem } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount } from '@annals/service';
import { myAccounts } from '../account/choose-account.js';
import { signInAccount } from '../account/sign-in-account.js';
import { askedBy, type Asking } from '../asking.js';
import { provePassword } from '../credential/prove-password.js';
import type { Identity } from '../identity.js';
import { issueAccessToken } from '../token/issue-access-token.js';
import type { ActingUser } from '../user/user.js';
import { noSoonerThan } from '../user/same-time.js';
import { startFamily } from './session-tokens.js';
import { sessions } from './session.js';
import { startSession } from './start-session.js';

/** Every refusal takes this long, whatever the reason. */
const refusalAfterMs = 250;

const refused = () => new Problem(401, 'sign-in-refused', 'Address or password is wrong');

export const login = (identity: Identity) =>
  mount(loginRoute, async ({ body, ...asking }) => {
    const refusalTime = noSoonerThan(refusalAfterMs);
    const proven = await identity.hasher.admit(() => provePassword(identity, asking, body));
    if (!proven) {
      await refusalTime;
      throw refused();
    }
    const { user, knownDevice } = proven;
    const account = await signInAccount(identity, user, body.account);
    const device_id = knownDevice ?? derivedId(asking.commandId, 'device');
    const session = await openSession(identity, asking, user, account?.account_id ?? null, {
      device_id,
      device_name: body.device_name ?? null,
    });
    const [access, accounts] = await Promise.all([
      issueAccessToken(identity, session, account?.account_id ?? null, asking.now),
      myAccounts(identity, user.user_id),
    ]);
    const named = account && !accounts.some((one) => one.account_id === account.account_id) ? [account] : [];
    return {
      status: 200,
      tokens: session.position ? [{ category: sessions.category, position: session.position }] : [],
      body: {
        ...access,
        refresh_token: session.refresh_token,
        device_id,
        accounts: [...named, ...accounts].map(({ account_id, slug, name, role }) => ({ account_id, slug, name, role })),
      },
    };
  });

/** Starts the session a command id names, with its refresh family; doing it again gives the same one. */
async function openSession(
  { store, pool, secrets }: Identity,
  asking: Asking,
  user: ActingUser,
  accountId: string | null,
  device: { device_id: string; device_name: string | null },
) {
  const session_id = derivedId(asking.commandId, 'session');
  const { user_id } = user;
  const { context, now } = askedBy(asking, { user_id, session_id, account_id: accountId });
  const outcome = await store.execute(sessions, session_id, {
    id: asking.commandId,
    context,
    now,
    accountId,
    decide: (state) =>
      startSession(state, {
        session_id,
        user_id,
        ...device,
        ip_address: context.ip_address,
        user_agent: context.user_agent,
        auth_methods: ['pwd'],
        now,
      }),
  });
  const { state } = outcome;
  if (state.kind !== 'active')
    throw new Problem(409, 'session-over', 'This sign-in was ended meanwhile; sign in again');
  const family = { session_id, user_id, expires_at: state.expires_at, now };
  const refresh_token = await startFamily(pool, secrets.refreshKey, family);
  await pool.query(
    'insert into known_devices (user_id, device_id, first_seen_at) values ($1, $2, $3) on conflict do nothing',
    [user_id, device.device_id, now],
  );
  return { ...state, refresh_token, position: outcome.position };
}
