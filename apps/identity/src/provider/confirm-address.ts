import { serviceIdentity } from '@annals/auth';
import { EmailAddress } from '@annals/contracts';
import { derivedId } from '@annals/event-store';
import type { Identity } from '../identity.js';
import { users, type User } from '../user/user.js';
import { verifyEmail } from '../user/verify-email.js';
import type { ExternalCaller } from './external-caller.js';
import type { Provider } from './provider.js';

/** Where the issuer is who the person came from, it is also who may say later that they hold their address. */
const comesFrom: readonly string[] = ['provisioned', 'invited'];

/**
 * Makes a pending person active when the issuer through which they became known has verified the address by now.
 * @returns the person as they are from here on
 */
export async function confirmAddress(
  { store, secrets }: Identity,
  provider: Extract<Provider, { kind: 'linked' }>,
  caller: ExternalCaller,
  user: User,
  now: string,
): Promise<User> {
  if (user.kind !== 'pending' || !caller.email_verified || !comesFrom.includes(provider.reason)) return user;
  const email = EmailAddress.safeParse(caller.email).data;
  const { user_id, email_hash, managed_by } = user;
  if (email === undefined || secrets.emailHash(email) !== email_hash) return user;
  const id = derivedId(user_id, `${provider.provider_hash} has verified ${email_hash}`);
  const request = { request_id: id, transaction_id: id, correlation_id: id, causation_id: id };
  const { state } = await store.execute(users, user_id, {
    ...{ id, now, accountId: managed_by },
    context: {
      ...serviceIdentity('svc:provisioning', { userId: user_id, accountId: managed_by }),
      ...{ ...request, ip_address: null, user_agent: null, traceparent: null, timestamp: now },
    },
    decide: (state) => (state.kind === 'pending' ? verifyEmail(state, { email_hash }) : []),
  });
  return state;
}
