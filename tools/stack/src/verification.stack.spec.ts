import {
  addVerificationDocumentRoute,
  decideVerificationRoute,
  downloadVerificationDocumentRoute,
  getOwnVerificationRoute,
  getProfileRoute,
  getVerificationRoute,
  listActivityRoute,
  listVerificationsRoute,
  loginRoute,
  patchProfileRoute,
  requestVerificationRoute,
  startElevationRoute,
  switchAccountRoute,
} from '@annals/contracts';
import { createClient, type Client } from '@annals/client';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { demoPassword } from './sign-ins.js';
import { launchStack, type LaunchedStack } from './story/launched-stack.js';

jest.setTimeout(300_000);
let stack: LaunchedStack;
beforeAll(async () => {
  stack = await launchStack(resolve(__dirname, '../../..'));
});
afterAll(() => stack?.end());

async function enter(email: string, account?: string): Promise<{ client: Client; userId: string }> {
  const client = createClient({ baseUrl: stack.api });
  const { body } = await client.call(loginRoute, { body: { email, password: demoPassword, account } });
  if (!('access_token' in body)) throw new Error(`${email} is asked for a second factor`);
  client.signIn({ token: body.access_token });
  return { client, userId: body.user_id };
}

/** A super admin in Acme by an elevation. */
async function visitor(acme: string): Promise<Client> {
  const { client } = await enter('root@annals.test');
  await client.call(startElevationRoute, { body: { account_id: acme, reason: 'to look at a passport' } });
  const { body } = await client.call(switchAccountRoute, { body: { account_id: acme } });
  const inside = createClient({ baseUrl: stack.api });
  inside.signIn({ token: body.access_token });
  return inside;
}

async function untilSome<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('what was awaited did not come within 60 s');
}

const content = '%PDF-1.7 passport of Vera';

it('goes from the upload to the badge through the gateway, over a crash, and its person can read who did what', async () => {
  const viewer = await enter('viewer@acme.test');
  await viewer.client.call(patchProfileRoute, { body: { name: 'Vera Viewer', location: 'London' } });
  const file = { content: Buffer.from(content), type: 'application/pdf' };
  const { body: document } = await viewer.client.call(addVerificationDocumentRoute, { file });
  const evidence = [{ type: 'document' as const, document_id: document.id }];
  const { body: request } = await viewer.client.call(requestVerificationRoute, {
    body: { fields: ['name'], evidence },
  });
  const params = { verification_id: request.id! };

  await stack.crash();

  const admin = await enter('admin@acme.test', 'acme');
  const found = await untilSome(async () => {
    const { body } = await admin.client.call(listVerificationsRoute, { query: { status: 'requested' } });
    return body.data.find(({ id }) => id === request.id);
  });
  expect(found).toMatchObject({ user_id: viewer.userId, fields: ['name'] });
  const shown = await admin.client.call(getVerificationRoute, { params });
  expect(shown.body).toMatchObject({ values: { name: 'Vera Viewer' }, evidence, documents: [{ id: document.id }] });
  const download = await admin.client.call(downloadVerificationDocumentRoute, {
    params: { ...params, document_id: document.id },
  });
  expect(await text(download.body)).toBe(content);

  const { body: profile } = await viewer.client.call(getProfileRoute, {});
  const root = await visitor(profile.account_id);
  const decided = await root.call(decideVerificationRoute, { params, body: { decision: 'approved' } });
  expect(decided.body.status).toBe('approved');
  const after = await viewer.client.call(getProfileRoute, {});
  expect(after.body.verified).toEqual({ fields: ['name'], verified_at: decided.body.decided_at });
  expect((await viewer.client.call(getOwnVerificationRoute, {})).body.status).toBe('approved');

  const told = (type: string, by: string) =>
    untilSome(async () => {
      const { body } = await viewer.client.call(listActivityRoute, { query: { category: 'profile' } });
      return body.data.find((one) => one.type === type && one.data.by === by);
    });
  await told('verification_reviewed', admin.userId);
  await told('verification_approved', decided.body.decided_by_id!);
});
