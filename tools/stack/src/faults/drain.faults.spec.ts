import { until } from '@annals/testing';
import { resolve } from 'node:path';
import { demoPassword } from '../sign-ins.js';
import { rawCall, type RawAnswer } from '../raw-call.js';
import { launchStack, type LaunchedStack } from '../story/launched-stack.js';
import { endProcess, isReady, pidOf } from '../stack-processes.js';

const root = resolve(__dirname, '../../../..');
jest.setTimeout(180_000);

let stack: LaunchedStack;
let token: string;

beforeAll(async () => {
  stack = await launchStack(root);
  const headers = [['content-type', 'application/json']] as const;
  const body = JSON.stringify({ email: 'viewer@acme.test', password: demoPassword });
  const { json } = await rawCall(`${stack.api}/auth/login`, { method: 'POST', headers, body });
  token = (json as { access_token: string }).access_token;
});
afterAll(() => stack.end());

const change = (bio: string): Promise<RawAnswer> =>
  rawCall(`${stack.api}/users/profile`, {
    method: 'PATCH',
    headers: [
      ['authorization', `Bearer ${token}`],
      ['content-type', 'application/json'],
    ],
    body: JSON.stringify({ bio }),
  });

/** Requests that a service is answering at this moment, from its metrics. */
async function inFlight(service: 'gateway' | 'profile'): Promise<number> {
  const { text } = await rawCall(`http://127.0.0.1:${stack.layout.metricsPorts[service]}/metrics`);
  return Number(/^annals_\w*in_flight\S* (\d+)/m.exec(text)?.[1]);
}

/** A ready service without its event node is not ready either; one that takes nothing new refuses the connection. */
const isClosed = (service: 'gateway' | 'profile') =>
  rawCall(`http://127.0.0.1:${stack.layout.ports[service]}/livez`).then(
    () => false,
    () => true,
  );

it.each(['profile', 'gateway'] as const)(
  '%s that is told to stop finishes the request it has, takes no other, and ends with 0',
  async (service) => {
    expect((await change('warm')).status).toBe(200);
    const node = pidOf(stack.layout, 'event-node')!;
    // The change cannot be written until the event node goes on, so the request is in the middle of its way.
    process.kill(node, 'SIGSTOP');
    const slow = change(`while ${service} stops`);
    await until(`${service} is at it`, async () => (await inFlight(service)) === 1);
    const before = stack.output().length;
    const ended = endProcess(stack.layout, service, 'SIGTERM');
    await until(`${service} takes nothing new`, () => isClosed(service));
    process.kill(node, 'SIGCONT');
    expect(await slow).toMatchObject({ status: 200, json: { bio: `while ${service} stops` } });
    await ended;
    await until('its end is noticed', () => stack.output().slice(before).includes(`${service} ended (code 0)`));
    await until('it is back', () => isReady(stack.layout, service), 60_000);
  },
);
