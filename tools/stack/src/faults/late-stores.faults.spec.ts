import { annalsDatabases, createPool, provision } from '@annals/postgres';
import { startOwnPostgres, until, type OwnPostgres } from '@annals/testing';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { problemOf } from '../bad-input/problem-of.js';
import { eventNodeEnvironment, serviceEnvironment, type Surroundings } from '../environment.js';
import { ensureKeys } from '../keys.js';
import { readLayout, type ServiceName } from '../layout.js';
import { rawCall } from '../raw-call.js';
import { freePorts } from '../story/free-ports.js';
import { compile, startProcess, type OwnProcess } from './own-process.js';

const root = resolve(__dirname, '../../../..');
const withStores = ['identity', 'profile', 'activity', 'export'] as const;
jest.setTimeout(180_000);

let postgres: OwnPostgres;
let around: Surroundings;
const dataDir = mkdtempSync(join(tmpdir(), 'annals-late-'));
const running = new Map<string, OwnProcess>();

beforeAll(async () => {
  compile(root);
  postgres = await startOwnPostgres();
  const { passwordOf, superuserUrl, url } = postgres.server();
  await provision(superuserUrl('postgres'), annalsDatabases, passwordOf);
  const names = ['GATEWAY_PORT', 'IDENTITY_PORT', 'PROFILE_PORT', 'ACTIVITY_PORT', 'EXPORT_PORT', 'EVENT_NODE_PORT'];
  const ports = await freePorts(names.length);
  const env = { DATA_DIR: dataDir, ...Object.fromEntries(names.map((name, index) => [name, String(ports[index])])) };
  const layout = readLayout(root, env);
  around = { layout, keys: ensureKeys(layout.keysDir), postgres: { url } };
});
afterEach(async () => {
  await Promise.all([...running.values()].map((one) => one.end()));
  running.clear();
});
afterAll(async () => {
  await postgres.stop();
  rmSync(dataDir, { recursive: true });
});

function start(service: ServiceName, changes: NodeJS.ProcessEnv = {}): void {
  const env = { ...serviceEnvironment(service, around), ...changes };
  running.set(service, startProcess(root, `apps/${service}/dist/main.js`, env));
}
function startEventNode(): void {
  running.set('event-node', startProcess(root, 'tools/event-node/dist/main.js', eventNodeEnvironment(around)));
}
const at = (service: ServiceName, path: string) => rawCall(`http://127.0.0.1:${around.layout.ports[service]}${path}`);
/** Dependencies that a service waits for; undefined while it does not answer. */
async function awaited(service: ServiceName): Promise<string[] | undefined> {
  const answer = await at(service, '/readyz').catch(() => undefined);
  const { checks } = (answer?.json ?? {}) as { checks?: Record<string, string> };
  return checks && Object.keys(checks).filter((name) => checks[name] === 'down');
}
const untilAwaits = (service: ServiceName, what: string) =>
  until(`${service} waits for ${what}`, async () => (await awaited(service))?.includes(what) ?? false, 60_000);
const untilReady = (service: ServiceName) =>
  until(`${service} is ready`, async () => (await at(service, '/readyz')).status === 200, 60_000);

it('services that start before their stores say what they wait for, and begin when it comes', async () => {
  await postgres.kill();
  start('gateway');
  for (const service of withStores) start(service);
  for (const service of withStores) {
    await untilAwaits(service, 'postgres');
    expect((await at(service, '/livez')).status).toBe(200);
    expect(problemOf(await at(service, '/api/v1/anything'))).toMatchObject({ status: 503, code: 'service-starting' });
  }
  await postgres.restart();
  for (const service of withStores) await untilAwaits(service, 'event-store');
  const login = await rawCall(`${around.layout.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: [['content-type', 'application/json']],
    body: '{"email":"ada@example.test","password":"correct horse battery staple"}',
  });
  expect(problemOf(login)).toMatchObject({ status: 503, code: 'service-starting' });
  startEventNode();
  for (const service of [...withStores, 'gateway'] as const) await untilReady(service);
  expect([...running.values()].filter((one) => one.hasEnded())).toEqual([]);
});

it('the event node waits for its PostgreSQL', async () => {
  await postgres.kill();
  startEventNode();
  start('profile');
  await untilAwaits('profile', 'postgres');
  await postgres.restart();
  await untilReady('profile');
  expect([...running.values()].filter((one) => one.hasEnded())).toEqual([]);
});

it('a wrong password is named in the log, told to nobody, and needs no restart once it is right', async () => {
  startEventNode();
  const wrong = randomBytes(12).toString('hex');
  const url = new URL(around.postgres.url('annals_profile', 'profile_owner'));
  const right = url.password;
  url.password = wrong;
  start('profile', { DATABASE_OWNER_URL: url.href });
  await untilAwaits('profile', 'postgres');
  const said = () => running.get('profile')!.output();
  await until('the log says why', () => said().includes('password authentication failed for user'));
  expect(said()).not.toContain(wrong);
  expect((await at('profile', '/readyz')).text).not.toContain('password');
  await asSuperuser(`alter role profile_owner password '${wrong}'`);
  await untilReady('profile');
  await asSuperuser(`alter role profile_owner password '${right}'`);
});

async function asSuperuser(sql: string): Promise<void> {
  const pool = createPool({ url: postgres.server().superuserUrl('postgres'), applicationName: 'tests' });
  await pool.query(sql);
  await pool.end();
}
