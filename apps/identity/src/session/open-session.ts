import { Problem } from '@annals/contracts';
import { derivedId, type Position } from '@annals/event-store';
import { askedBy, type Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { originOf } from '../place/origin.js';
import type { ActingUser } from '../user/user.js';
import { lifetimesOf } from './lifetimes.js';
import type { ActiveSession } from './live-session.js';
import { sessions } from './session.js';
import { startFamily } from './start-family.js';
import { startSession } from './start-session.js';
import { noteSignIn } from './suspicious.js';

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
 * @throws Problem 409 `session-over` when it was ended meanwhile, `sign-in-overtaken`
 */
export async function openSession(
  identity: Identity,
  asking: Asking,
  { user_id, is_super_admin }: ActingUser,
  { account_id, device, auth_methods }: SignIn,
): Promise<OpenedSession> {
  const { store, settings, places } = identity;
  // Nobody is signed in yet, so two people may send the same idempotency key: it must not name one session for both.
  const session_id = derivedId(asking.commandId, `session ${user_id}`);
  const { context, now } = askedBy(asking, { user_id, session_id, account_id });
  const { ip_address, user_agent } = context;
  const origin = originOf(places, ip_address);
  const begun = { session_id, user_id, ...device, ip_address, user_agent };
  const suspicions = await noteSignIn(identity, { ...begun, place: origin.place, now });
  const lifetime = lifetimesOf(settings, is_super_admin).longest;
  const outcome = await store.execute(sessions, session_id, {
    id: asking.commandId,
    context,
    now,
    accountId: account_id,
    decide: (state) => startSession(state, { ...begun, auth_methods, lifetime, suspicions, now }),
  });
  const { state } = outcome;
  if (state.kind !== 'active')
    throw new Problem(409, 'session-over', 'This sign-in was ended meanwhile; sign in again');
  const refresh_token = await startFamily(identity, {
    ...{
      session_id,
      user_id,
      device_id: device.device_id,
      auth_methods,
      elevated: is_super_admin,
      signed_in_to: account_id,
    },
    ...{ expires_at: state.expires_at, origin, now },
  });
  return { ...state, refresh_token, position: outcome.position };
}
