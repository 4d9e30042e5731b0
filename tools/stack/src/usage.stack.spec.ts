import { resolve } from 'node:path';
import { createClient, type Client } from '@annals/client';
import { getProfileRoute, getUsageRoute, loginRoute } from '@annals/contracts';
import { until } from '@annals/testing';
import { demoPassword } from './sign-ins.js';
import { launchStack, type LaunchedStack } from './story/launched-stack.js';

jest.setTimeout(180_000);
let stack: LaunchedStack;
beforeAll(async () => {
  stack = await launchStack(resolve(__dirname, '../../..'));
});
afterAll(() => stack?.end());

async function enter(name: string): Promise<Client> {
  const client = createClient({ baseUrl: stack.api });
  const credentials = { email: `${name}@acme.test`, password: demoPassword, account: 'acme' };
  const { body } = await client.call(loginRoute, { body: credentials });
  if (!('access_token' in body)) throw new Error(`${name} is asked for a second factor`);
  client.signIn({ token: body.access_token });
  return client;
}

it('an analyst sees how much people do and how long their requests take, once they are five', async () => {
  const analyst = await enter('analyst');
  const usage = async () => (await analyst.call(getUsageRoute, { query: { scope: 'account' } })).body;
  const route = `GET ${getProfileRoute.definition.path}`;
  const people = [analyst];
  for (const name of ['admin', 'manager', 'editor', 'viewer']) people.push(await enter(name));
  for (const person of people) await person.call(getProfileRoute);
  const isTold = async () => {
    const { performance } = await usage();
    return performance!.some((one) => one.route === route && one.requests >= people.length);
  };
  await until('the gateway has told what it measured', isTold, 60_000);
  const { total, by_type, performance } = await usage();
  expect(total).toEqual({ events: expect.any(Number) as number, suppressed: false });
  expect(by_type).toContainEqual({ key: 'sign_in', events: expect.any(Number) as number, suppressed: false });
  const { p50_ms, p99_ms, error_share } = performance!.find((one) => one.route === route)!;
  expect(p50_ms).toBeGreaterThan(0);
  expect(p99_ms).toBeGreaterThanOrEqual(p50_ms);
  expect(error_share).toBe(0);
  const { body: own } = await people.at(-1)!.call(getUsageRoute);
  expect(own).toMatchObject({ scope: 'self', performance: null, total: { suppressed: false } });
});
