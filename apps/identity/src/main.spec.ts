import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { generateKey, publicPart } from '@annals/auth';
import { identityEvents } from '@annals/contracts';
import { startTestDatabase, testStores, until } from '@annals/testing';
import { demoPassword, demoPeople } from './seed/people.js';

// Each test starts processes, which takes long where much else is going on.
jest.setTimeout(180_000);

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

/** Below the ports that a machine gives out by itself, so that none but a process of ours takes it between two starts. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
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

const startLimitMs = 60_000;
const isReady = () => until('identity is ready', async () => (await statusOf('/readyz')) === 200, startLimitMs);

/** Everybody is in their accounts, and who is in none in their home: the last that seeding does. */
async function isSeeded(): Promise<boolean> {
  const everybody = demoPeople.reduce((sum, { roles }) => sum + Math.max(1, Object.keys(roles).length), 0);
  let members = 0;
  for await (const { type } of stores().store.readAll({ open: false })) if (type === 'MembershipGranted') members += 1;
  return members === everybody;
}

describe('the process', () => {
  it('starts on its stores, seeds the demo data, serves, and ends well', async () => {
    const child = run('main.js', { SEED_DEMO: 'true' });
    await isReady();
    // Not asked by signing in: who tries too early too often has to wait.
    await until('the demo people are there', isSeeded, startLimitMs);
    expect(await signIn()).toBe(200);
    child.kill('SIGTERM');
    expect(await exitOf(child)).toBe(0);
  });

  it('keeps sign-ins over a kill -9', async () => {
    const first = run('main.js');
    await isReady();
    expect(await signIn()).toBe(200);
    first.kill('SIGKILL');
    await once(first, 'exit');
    const second = run('main.js');
    await isReady();
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
