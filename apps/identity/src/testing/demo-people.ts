import { demoPassword } from '../seed/people.js';
import { seedDemo } from '../seed/seed.js';
import type { Answer, Ask, IdentityService } from './identity-service.js';

/** Somebody of the demo data, signed in. */
export interface DemoPerson {
  user_id: string;
  account_id: string;
  session_id: string;
  call(method: string, path: string, ask?: Omit<Ask, 'token'>): Promise<Answer>;
  /** The context that the gateway would get for this person now. */
  context(): Promise<Answer['body']>;
}

/** Makes the demo data and signs these people in. */
export async function demoPeopleOf<Name extends string>(
  service: IdentityService,
  emails: Record<Name, string>,
): Promise<Record<Name, DemoPerson>> {
  await seedDemo(service.identity);
  await service.settled();
  const signedIn = Object.entries<string>(emails).map(async ([name, email]) => [name, await signIn(service, email)]);
  return Object.fromEntries(await Promise.all(signedIn)) as Record<Name, DemoPerson>;
}

async function signIn(service: IdentityService, email: string): Promise<DemoPerson> {
  const { body } = await service.call('POST', '/auth/login', { body: { email, password: demoPassword } });
  const { access_token: token, user_id, account_id, session_id } = body as Record<string, string>;
  const ids = { user_id: user_id!, account_id: account_id!, session_id: session_id! };
  return {
    ...ids,
    call: (method, path, ask = {}) => service.call(method, path, { ...ask, token: token! }),
    context: async () => {
      const { body: context } = await service.context({ ...ids, selector: { account_id: ids.account_id } });
      return context;
    },
  };
}
