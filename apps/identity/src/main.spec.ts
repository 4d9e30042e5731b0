import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { generateKey, publicPart } from '@annals/auth';
import { identityEvents } from '@annals/contracts';
import { startTestDatabase, testStores, until } from '@annals/testing';
import { demoPassword } from './seed/people.js';

const stores = testStores({ service: 'identity', events: identityEvents });
const script = (name: string) => join(__dirname, '..', 'dist', name);

let env: NodeJS.ProcessEnv;
let mailFolder: string;
beforeAll(async () => {
  const { privateJwk } = await generateKey('svc:identity');
  const bus = await startTestDatabase({ service: 'bus' });
  await bus.stop();
  mailFolder = await mkdtemp(join(tmpdir(), 'annals-mail-'));
  const { database, keysDatabase, eventNode, keyEncryptionKey } = stores();
  env = {
    ...{ PATH: process.env.PATH, PORT: String(await freePort()), PUBLIC_URL: 'https://annals.test', LOG_LEVEL: 'warn' },
    ...{ DATABASE_URL: database.appUrl, DATABASE_OWNER_URL: database.ownerUrl, BUS_DATABASE_URL: bus.ownerUrl },
    ...{ KEYS_DATABASE_URL: keysDatabase.ownerUrl, EVENTSTORE_URL: eventNode.url },
    KEY_ENCRYPTION_KEY: keyEncryptionKey.toString('base64'),
    LOOKUP_SECRET: Buffer.alloc(32, 7).toString('base64'),
    CONTEXT_SIGNING_KEY: JSON.stringify(privateJwk),
    CONTEXT_KEYS: JSON.stringify({ keys: [publicPart(privateJwk)] }),
    ...{ DEV_MAIL: 'true', MAIL_DIR: mailFolder },
  };
});
afterAll(() => rm(mailFolder, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Ended with the file, also when a test failed halfway. */
const children: ChildProcess[] = [];
afterAll(() => children.forEach((child) => child.kill('SIGKILL')));

function run(name: string, over: NodeJS.ProcessEnv = {}): ChildProcess {
  const child = spawn(process.execPath, [script(name)], {
    ...{ env: { ...env, ...over }, stdio: ['ignore', 'inherit', 'pipe'] },
  });
  children.push(child);
  return child;
}
const exitOf = async (child: ChildProcess) => (child.exitCode ?? (await once(child, 'exit'))[0]) as number;

const statusOf = (path: string, init?: RequestInit) =>
  fetch(`http://127.0.0.1:${env.PORT}${path}`, init).then(
    ({ status }) => status,
    () => 0,
  );
const signIn = () =>
  statusOf('/api/v1/auth/login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'admin@acme.test', password: demoPassword }),
  });

describe('the process', () => {
  it('starts on its stores, seeds the demo data, serves, and ends well', async () => {
    const child = run('main.js', { SEED_DEMO: 'true' });
    await until('identity is ready', async () => (await statusOf('/readyz')) === 200);
    await until('the demo people can sign in', async () => (await signIn()) === 200);
    child.kill('SIGTERM');
    expect(await exitOf(child)).toBe(0);
  });

  it('keeps sign-ins over a kill -9', async () => {
    const first = run('main.js');
    await until('identity is ready', async () => (await statusOf('/readyz')) === 200);
    expect(await signIn()).toBe(200);
    first.kill('SIGKILL');
    await once(first, 'exit');
    const second = run('main.js');
    await until('identity is ready', async () => (await statusOf('/readyz')) === 200);
    expect(await signIn()).toBe(200);
    second.kill('SIGTERM');
    expect(await exitOf(second)).toBe(0);
  });

  it('seeds from the command line, again and again', async () => {
    expect(await exitOf(run('seed-demo.js'))).toBe(0);
  });

  it('says in one line each what is wrong with its settings, and ends with 1', async () => {
    const child = run('main.js', { LOOKUP_SECRET: '', PUBLIC_URL: '' });
    const [code, said] = await Promise.all([exitOf(child), text(child.stderr!)]);
    expect(code).toBe(1);
    expect(said).toMatch(/PUBLIC_URL is missing\n\s+LOOKUP_SECRET is missing/);
  });
});
