import { createClient, signedIn, type Client } from '@annals/client';
import { devMailRoute, loginRoute, registerRoute, verifyEmailRoute } from '@annals/contracts';
import { promised } from './expectations.js';

/** Somebody signed in, on one device. */
export interface SignedInPerson {
  client: Client;
  email: string;
  userId: string;
  accountId: string;
  sessionId: string;
  deviceId: string;
  refreshToken: string;
}

/** Registers and follows the link of the verification mail, as a person would. */
export async function registerAndVerify(api: string, email: string, password: string, name: string): Promise<string> {
  const client = createClient({ baseUrl: api });
  await client.call(registerRoute, { body: { email, password, name } });
  const mail = await untilMail(client, email);
  const token = /[?&#]token=([\w.~-]+)/.exec(mail)?.[1] ?? /token: (\S+)/i.exec(mail)?.[1];
  promised(token !== undefined, `the mail to ${email} holds a verification token:\n${mail}`);
  await client.call(verifyEmailRoute, { body: { token } });
  return mail;
}

/** The mail is sent by a reactor after the answer, so the box is asked again until it is there. */
async function untilMail(client: Client, email: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const { body } = await client.call(devMailRoute, { query: { to: email } });
    const text = body.data.map((mail) => JSON.stringify(mail)).at(0);
    if (text !== undefined) return text;
    promised(Date.now() < deadline, `a mail to ${email} arrives within 60 s`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Signs in for the home account, or for the named one: who belongs to several has to say which. */
export async function signIn(
  api: string,
  { email, password, device, account }: { email: string; password: string; device: string; account?: string },
): Promise<SignedInPerson> {
  const client = createClient({ baseUrl: api });
  const answer = await client.call(loginRoute, { body: { email, password, device_name: device, account } });
  const body = signedIn(answer.body);
  promised(body.account_id !== null, `${email} is signed in for an account`);
  client.signIn({ token: body.access_token });
  return {
    client,
    email,
    userId: body.user_id,
    accountId: body.account_id,
    sessionId: body.session_id,
    deviceId: body.device_id,
    refreshToken: body.refresh_token,
  };
}
