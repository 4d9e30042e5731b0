import { createClient, signedIn, type Client } from '@annals/client';
import {
  getMyContextRoute,
  listSessionsRoute,
  loginRoute,
  logoutRoute,
  terminateAllSessionsRoute,
  terminateSessionRoute,
} from '@annals/contracts';
import { withTransaction } from '@annals/postgres';
import { until } from '@annals/testing';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { demoPassword } from '../sign-ins.js';
import { refused } from '../story/expectations.js';
import { launchStack, type LaunchedStack } from '../story/launched-stack.js';
import { registerAndVerify } from '../story/sign-up.js';
import { openDatabase } from '../story/stored-events.js';
import { startBeside, type Beside } from './beside.js';
import { endProcess } from '../stack-processes.js';

const root = resolve(__dirname, '../../../..');
jest.setTimeout(180_000);

let stack: LaunchedStack;
let identity: Beside;
let gateway: Beside;
let otherApi: string;

beforeAll(async () => {
  stack = await launchStack(root);
  identity = await startBeside(stack, 'identity');
  gateway = await startBeside(stack, 'gateway', { IDENTITY_URL: identity.url });
  otherApi = `${gateway.url}/api/v1`;
  for (const { url } of [identity, gateway]) await until(`${url} is ready`, () => isReady(url), 60_000);
});
afterAll(async () => {
  await gateway.end();
  await identity.end();
  await stack.end();
});

const isReady = (url: string) =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

/** A session on one device, as one gateway gave it. */
interface Entered {
  client: Client;
  token: string;
  sessionId: string;
}

/** Somebody of their own, so that no other test's sign-ins count. Nothing is tried twice: a refusal is what is looked for. */
async function somebody(api: string): Promise<(device: string) => Promise<Entered>> {
  const email = `${randomUUID()}@example.test`;
  await registerAndVerify(api, email, demoPassword, 'Somebody');
  return async (device) => {
    const client = createClient({ baseUrl: api, retry: { retries: 0 } });
    const { body } = await client.call(loginRoute, { body: { email, password: demoPassword, device_name: device } });
    const { access_token: token, session_id: sessionId } = signedIn(body);
    client.signIn({ token });
    return { client, token, sessionId };
  };
}

/** Keeps every view and reactor of identity from moving on while `work` runs. */
async function withViewsStopped<T>(work: () => Promise<T>): Promise<T> {
  const pool = openDatabase(stack.layout, 'annals_identity');
  try {
    return await withTransaction(pool, async (tx) => {
      await tx.query('lock table projection_checkpoints in exclusive mode');
      return await work();
    });
  } finally {
    await pool.end();
  }
}

const isRefused = (client: Client) =>
  client.call(getMyContextRoute).then(
    () => false,
    ({ status }: { status?: number }) => status === 401,
  );

const ends: Record<string, (laptop: Client, phone: Entered) => Promise<unknown>> = {
  'terminated from another device': (laptop, { sessionId }) =>
    laptop.call(terminateSessionRoute, { params: { session_id: sessionId } }),
  'ended with all others': (laptop) => laptop.call(terminateAllSessionsRoute, { query: { except_current: 'true' } }),
  'left by its owner': (_laptop, { client }) => client.call(logoutRoute),
};

it.each(Object.keys(ends))(
  'a session %s is over at every gateway within a second, also while the views of identity stand still',
  async (how) => {
    const enter = await somebody(stack.api);
    const [laptop, phone] = [await enter('Laptop'), await enter('Phone')];
    const far = createClient({ baseUrl: otherApi, token: phone.token, retry: { retries: 0 } });
    // Both gateways know this session by heart from here on.
    await phone.client.call(getMyContextRoute);
    await far.call(getMyContextRoute);
    await withViewsStopped(async () => {
      await ends[how]!(laptop.client, phone);
      expect(await isRefused(phone.client)).toBe(true);
      await until('the other gateway refuses it as well', () => isRefused(far));
      await laptop.client.call(getMyContextRoute);
    });
  },
);

it('views that stood still go on afterwards and list the ended session no more', async () => {
  const enter = await somebody(stack.api);
  const [laptop, phone] = [await enter('Laptop'), await enter('Phone')];
  await withViewsStopped(async () => {
    await laptop.client.call(terminateSessionRoute, { params: { session_id: phone.sessionId } });
    // The client sends the position of its own change, so this would be stale and is refused instead.
    expect((await refused(laptop.client.call(listSessionsRoute), 503)).code).toBe('projection-behind');
  });
  await until('the list is as fresh as the change', async () => {
    const listed = await laptop.client.call(listSessionsRoute).catch(() => undefined);
    return listed?.body.data.length === 1 && listed.body.data[0]!.id === laptop.sessionId;
  });
});

it('when one identity process is killed the other leads the views and does its work', async () => {
  await endProcess(stack.layout, 'identity');
  const { client, sessionId } = await (await somebody(otherApi))('Desk');
  await until('the session is listed', async () => {
    const listed = await client.call(listSessionsRoute).catch(() => undefined);
    return listed?.body.data[0]?.id === sessionId;
  });
});
