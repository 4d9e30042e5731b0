import { reauthenticateRoute, type CurrentUserContext } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import { mount, type Reply } from '@annals/service';
import type { Asking } from '../asking.js';
import { proveOwnPassword } from '../credential/prove-password.js';
import { proveOwnFactor } from '../factor/prove-own-factor.js';
import type { Identity } from '../identity.js';
import { ownSession } from './own-session.js';
import { revoke } from './revocations.js';
import { noteProof } from './session-tokens.js';

export const reauthenticate = (identity: Identity) =>
  mount(reauthenticateRoute, async ({ body, ...asking }) => {
    const own = ownSession(asking.context);
    if ('password' in body) await proveOwnPassword(identity, asking, own, body.password);
    else await proveOwnFactor(identity, asking, own.user_id, body);
    return proved(identity, asking);
  });

/**
 * Counts a proof of who uses a session, of whatever kind: notes when it was given, and has every gateway derive the
 * session's contexts anew, so that the next request carries it.
 */
export async function proved(
  { pool }: Identity,
  { commandId, context, now }: Asking & { context: CurrentUserContext },
): Promise<Reply> {
  const { session_id } = ownSession(context);
  await noteProof(pool, session_id, now);
  // The marker is of this proof at this moment: with the same key an hour later, it is another one.
  await revoke(pool, derivedId(commandId, `proved ${now}`), { kind: 'session', key: session_id }, now);
  return { status: 200, body: { authenticated_at: now } };
}
