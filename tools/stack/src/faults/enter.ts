import { createClient, signedIn, type Client } from '@annals/client';
import { loginRoute } from '@annals/contracts';
import { demoPassword } from '../sign-ins.js';

/** Somebody of the demo, signed in for as long as a spec takes: the client renews its token. */
export async function enter(api: string, email: string): Promise<Client> {
  const client = createClient({ baseUrl: api });
  const { body } = await client.call(loginRoute, { body: { email, password: demoPassword } });
  const { access_token: token, refresh_token: refreshToken } = signedIn(body);
  client.signIn({ token, refreshToken });
  return client;
}
