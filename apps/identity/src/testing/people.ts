import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import type { ContextRequest, IdentityContext } from '@annals/contracts';
import type { Asking } from '../asking.js';
import { registerPerson } from '../user/register.js';
import { isKnown, users } from '../user/user.js';
import { verifyEmail } from '../user/verify-email.js';
import type { Answer, Ask, IdentityService } from './identity-service.js';

const password = 'correct horse battery staple';

/** Where somebody works, and how their token says they signed in. */
export interface Place {
  /** Id of an account; their own home unless said, null for none. */
  account?: string | null;
  auth_methods?: string[];
}

/** Somebody with a home account, signed in with their password. */
export interface Somebody {
  user_id: string;
  home_id: string;
  session_id: string;
  email: string;
  refresh_token: string;
  /** What the gateway would get told about them there. */
  contextIn(place: Place): Promise<Answer>;
  /** A request in an account; a refusal to let them in is the answer. */
  call(method: string, path: string, ask?: Omit<Ask, 'token' | 'as' | 'account'> & Place): Promise<Answer>;
}

/** A request of nobody in particular. */
export function aRequest(now = new Date().toISOString()): Asking {
  const id = randomUUID();
  return {
    commandId: id,
    context: {
      ...serviceIdentity('svc:test'),
      ...{ request_id: id, transaction_id: id, correlation_id: id, causation_id: id },
      ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: now },
    },
    now,
  };
}

/** Registers people and signs them in; their addresses are proved unless `pending` is asked for. */
export function peopleOf(service: () => IdentityService) {
  return async function somebody(
    email = `${randomUUID()}@people.test`,
    status: 'active' | 'pending' = 'active',
  ): Promise<Somebody> {
    const running = service();
    const { identity } = running;
    const registered = await registerPerson(identity, aRequest(), {
      ...{ email, password, name: 'Sam Somebody', home: 'own', status },
    });
    if (registered === null) throw new Error(`${email} is taken`);
    const { state: user } = await identity.store.load(users, registered);
    if (!isKnown(user)) throw new Error(`${email} was not registered`);
    const { body } = await running.call('POST', '/auth/login', { body: { email, password } });
    const { session_id, refresh_token } = body as Record<string, string>;
    const person = { user_id: registered, home_id: user.home_account_id!, session_id: session_id! };
    const contextIn = ({ account = person.home_id, auth_methods }: Place) => {
      const caller = { kind: 'session' as const, user_id: person.user_id, session_id: person.session_id };
      const selector: ContextRequest['selector'] = account === null ? {} : { account_id: account };
      return running.contextOf({
        ...{
          caller: { ...caller, ...(auth_methods && { auth_methods }) },
          selector,
          account_optional: account === null,
        },
        client: { ip_address: '203.0.113.7', user_agent: 'jest' },
      });
    };
    return {
      ...{ ...person, email, refresh_token: refresh_token!, contextIn },
      async call(method, path, { account, auth_methods, ...ask } = {}) {
        const context = await contextIn({
          ...(account !== undefined && { account }),
          ...(auth_methods && { auth_methods }),
        });
        if (context.status !== 200) return context;
        return running.call(method, path, { ...ask, as: context.body as unknown as IdentityContext });
      },
    };
  };
}

/** Somebody proves the address they registered with. */
export async function proveAddress({ identity }: IdentityService, userId: string): Promise<void> {
  const { state: user } = await identity.store.load(users, userId);
  if (!isKnown(user)) throw new Error('nobody to prove an address');
  const { commandId: id, context, now } = aRequest();
  await identity.store.execute(users, userId, {
    ...{ id, context, now, accountId: null },
    decide: (state) => verifyEmail(state, { email_hash: user.email_hash }),
  });
}
