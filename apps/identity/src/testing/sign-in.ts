import { randomUUID } from 'node:crypto';
import { headers } from '@annals/contracts';
import type { Answer, IdentityService } from './identity-service.js';

export const password = 'correct horse battery staple';

/** What a sign-in gives. */
export interface SignedIn {
  access_token: string;
  refresh_token: string;
  session_id: string;
  user_id: string;
  account_id: string;
  device_id: string;
}

/** A new person; returns the address. */
export async function newPerson(service: IdentityService): Promise<string> {
  const email = `${randomUUID()}@example.test`;
  const answer = await service.call('POST', '/auth/register', { body: { email, password, name: 'Ada' } });
  if (answer.status !== 202) throw new Error(`registering answered ${answer.status}`);
  return email;
}

/** Signs in with the right password. @param from the client's address */
export async function signInFrom(
  service: IdentityService,
  email: string,
  from: string | null = null,
  over: Record<string, unknown> = {},
): Promise<SignedIn> {
  const answer = await service.call('POST', '/auth/login', {
    body: { email, password, ...over },
    ...(from === null ? {} : { headers: { [headers.clientAddress]: from } }),
  });
  if (answer.status !== 200) throw new Error(`signing in answered ${answer.status}: ${String(answer.body.code)}`);
  return answer.body as unknown as SignedIn;
}

/** What the gateway asks for a session in the account of its sign-in. */
export const contextOf = (service: IdentityService, { user_id, session_id, account_id }: SignedIn): Promise<Answer> =>
  service.context({ user_id, session_id, selector: { account_id } });

/** Exchanges a refresh token. @param from the client's address */
export const refreshFrom = (
  service: IdentityService,
  refresh_token: string,
  from: string | null = null,
): Promise<Answer> =>
  service.call('POST', '/auth/refresh', {
    body: { refresh_token },
    ...(from === null ? {} : { headers: { [headers.clientAddress]: from } }),
  });
