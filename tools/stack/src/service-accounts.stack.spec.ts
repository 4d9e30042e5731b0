import {
  createApiKeyRoute,
  endElevationRoute,
  listAuditLogsRoute,
  listUsersRoute,
  loginRoute,
  revokeApiKeyRoute,
  rotateApiKeyRoute,
  startElevationRoute,
  switchAccountRoute,
} from '@annals/contracts';
import { createClient, type Client } from '@annals/client';
import { until } from '@annals/testing';
import { resolve } from 'node:path';
import { patientCall } from './raw-call.js';
import { demoPassword } from './sign-ins.js';
import { launchStack, type LaunchedStack } from './story/launched-stack.js';

jest.setTimeout(180_000);
let stack: LaunchedStack;
let admin: Client;
beforeAll(async () => {
  stack = await launchStack(resolve(__dirname, '../../..'));
  admin = (await enter('admin@acme.test')).client;
});
afterAll(() => stack?.end());

async function enter(email: string): Promise<{ client: Client; userId: string; sessionId: string }> {
  const client = createClient({ baseUrl: stack.api });
  const { body } = await client.call(loginRoute, { body: { email, password: demoPassword } });
  if (!('access_token' in body)) throw new Error(`${email} is asked for a second factor`);
  client.signIn({ token: body.access_token });
  return { client, userId: body.user_id, sessionId: body.session_id };
}

/** Until a line is in the log that the account's ADMIN reads. */
async function inLog(client: Client, query: object, found: (entry: { event_type: string }) => boolean) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    const { body } = await client.call(listAuditLogsRoute, { query });
    const entry = body.data.find(found);
    if (entry) return entry;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('no such line within 60 s');
}

describe('a service account', () => {
  const read = (key: string, path = '/audit-logs') =>
    patientCall(`${stack.api}${path}`, { headers: [['authorization', `Bearer ${key}`]] });
  const make = async () =>
    (await admin.call(createApiKeyRoute, { body: { name: 'Reader', scopes: ['VIEW_AUDIT_LOG'] } })).body;

  it('reads what its scopes say, at every service, and nothing else', async () => {
    const { key } = await make();
    expect((await read(key)).status).toBe(200);
    expect([(await read(key, '/users')).status, (await read(key, '/users/profile')).status]).toEqual([403, 403]);
  });

  it('is out within a second after its key was revoked', async () => {
    const { id, key } = await make();
    expect((await read(key)).status).toBe(200);
    await admin.call(revokeApiKeyRoute, { params: { id } });
    // How long a busy machine takes says nothing; a gateway that was not told would believe it for a whole minute.
    await until('it is out', async () => (await read(key)).status === 401);
  });

  it('works on with the old text while the new one is being rolled out', async () => {
    const { id, key } = await make();
    const { body } = await admin.call(rotateApiKeyRoute, { params: { id }, body: { overlap_hours: 1 } });
    expect([(await read(key)).status, (await read(body.key)).status]).toEqual([200, 200]);
  });

  it('leaves what it was denied in the log of its account', async () => {
    const { id, key } = await make();
    await read(key, '/api-keys');
    const entry = await inLog(admin, { outcome: 'denied' }, (one) => JSON.stringify(one).includes(id));
    expect(entry).toMatchObject({
      actor: { kind: 'service', principal: `api-key:${id}`, user_id: null },
      changes: { route: { new: '/api-keys' }, required: { new: 'MANAGE_API_KEYS' } },
    });
  });
});

it('what a member was denied is in the log when they read the answer', async () => {
  const { client, userId } = await enter('viewer@acme.test');
  const refusal = await client.call(listUsersRoute, {}).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code: 'role-required' });
  const entry = await inLog(admin, { outcome: 'denied', actor: userId }, () => true);
  expect(entry).toMatchObject({ event_type: 'AccessDenied', changes: { required: { new: 'MANAGER' } } });
});

it('a super admin’s visit shows in the log of the account, from the reason to what was done', async () => {
  const { client, userId } = await enter('root@annals.test');
  const globex = (await enter('admin@globex.test')).client;
  const { body: me } = await admin.call(listAuditLogsRoute, { query: { limit: 1 } });
  const account_id = me.data[0]!.account_id;
  const reason = 'Ticket 4711: the import does not start';
  const { body: elevation } = await client.call(startElevationRoute, { body: { account_id, reason } });
  const { body: token } = await client.call(switchAccountRoute, { body: { account_id } });
  client.signIn({ token: token.access_token });
  await client.call(createApiKeyRoute, { body: { name: 'Visit', scopes: ['VIEW_CONTENT'] } });
  await client.call(endElevationRoute, { params: { id: elevation.id } });
  const after = await client.call(listAuditLogsRoute, {}).catch((error: unknown) => error);
  expect(after).toMatchObject({ status: 403, code: 'no-account-access' });

  const log = (event_type: string) => inLog(admin, { event_type, actor: userId }, () => true);
  expect(await log('ElevationStarted')).toMatchObject({ reason, account_id });
  expect(await log('ApiKeyCreated')).toMatchObject({ elevation_id: elevation.id });
  expect(await log('ElevationEnded')).toMatchObject({ reason: 'ended' });
  const { body: theirs } = await globex.call(listAuditLogsRoute, { query: { actor: userId } });
  expect(theirs.data).toEqual([]);
});
