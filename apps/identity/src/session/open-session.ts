import { Problem } from '@annals/contracts';
import { derivedId, type Position } from '@annals/event-store';
import { askedBy, type Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import type { ActingUser } from '../user/user.js';
import type { ActiveSession } from './live-session.js';
import { startFamily } from './session-tokens.js';
import { sessions } from './session.js';
import { startSession } from './start-session.js';

/** How somebody signs in. */
export interface SignIn {
  /** The account they are going to work in; null when that is not clear yet. */
  account_id: string | null;
  device: { device_id: string; device_name: string | null };
  /** What they proved themselves with (RFC 8176); `mfa` among them when it was two factors. */
  auth_methods: string[];
}

export type OpenedSession = ActiveSession & { refresh_token: string; position: Position | null };

/**
 * Starts the session that a command id names for this person, with its refresh family; doing it again gives the same one.
 * @throws Problem 409 `session-over` when it was ended meanwhile
 */
export async function openSession(
  { store, pool, secrets }: Identity,
  asking: Asking,
  { user_id }: ActingUser,
  { account_id, device, auth_methods }: SignIn,
): Promise<OpenedSession> {
  // Nobody is signed in yet, so two people may send the same idempotency key: it must not name one session for both.
  const session_id = derivedId(asking.commandId, `session ${user_id}`);
  const { context, now } = askedBy(asking, { user_id, session_id, account_id });
  const outcome = await store.execute(sessions, session_id, {
    id: asking.commandId,
    context,
    now,
    accountId: account_id,
    decide: (state) =>
      startSession(state, {
        session_id,
        user_id,
        ...device,
        ip_address: context.ip_address,
        user_agent: context.user_agent,
        auth_methods,
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
