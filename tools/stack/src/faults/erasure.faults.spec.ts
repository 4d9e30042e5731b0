import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClient, type Client } from '@annals/client';
import {
  acceptInvitationRoute,
  createInvitationRoute,
  devMailRoute,
  getErasureRoute,
  getMyContextRoute,
  giveFeedbackRoute,
  getProfileRoute,
  headers,
  loginRoute,
  patchProfileRoute,
  requestErasureRoute,
  requestExportRoute,
  uploadAvatarRoute,
} from '@annals/contracts';
import { until } from '@annals/testing';
import { rawCall } from '../raw-call.js';
import { demoPassword } from '../sign-ins.js';
import { launchStack, type LaunchedStack } from '../story/launched-stack.js';
import { registerAndVerify, signIn } from '../story/sign-up.js';
import { openDatabase } from '../story/stored-events.js';
import { endProcess, isReady } from '../stack-processes.js';

const root = resolve(__dirname, '../../../..');
jest.setTimeout(600_000);

const [email, password] = ['zora.quokka@example.test', 'seventeen quiet herons'];
/** What is hers alone: nothing of it may be anywhere afterwards. */
const canaries = [email, 'Zora Quokkason', 'keeps nine quokkas at home', 'paints quokkas for Acme'];
const onePixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let stack: LaunchedStack;
const folder = mkdtempSync(join(tmpdir(), 'annals-erased-'));
beforeAll(async () => {
  stack = await launchStack(root, { ERASURE_GRACE_HOURS: '0' });
});
afterAll(async () => {
  await stack?.end();
  rmSync(folder, { recursive: true });
});

function scan(...args: string[]): { status: number | null; said: string } {
  const command = [join(root, 'tools/stack/run.mjs'), 'erasure-scan', ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    ...{ cwd: root, env: stack.env, encoding: 'utf8' as const, maxBuffer: 16 * 1024 * 1024 },
  });
  return { status, said: stdout + stderr };
}
const scanAll = (...args: string[]) => scan(...canaries.flatMap((text) => ['--canary', text]), ...args);

/** Lines about what is there, and about what could not be seen. */
const whatIsFound = (...args: string[]): string[] =>
  scanAll(...args)
    .said.split('\n')
    .filter((line) => /^(FOUND|BLIND) {4}/.test(line));

async function enter(who: string, account?: string): Promise<{ client: Client; account: string; token: string }> {
  const client = createClient({ baseUrl: stack.api });
  const { body } = await client.call(loginRoute, { body: { email: who, password: demoPassword, account } });
  if (!('access_token' in body)) throw new Error(`${who} is asked for a second factor`);
  // Renewed, because all of this may take longer than a token lives.
  client.signIn({ token: body.access_token, refreshToken: body.refresh_token });
  return { client, account: body.account_id!, token: body.access_token };
}

/** Follows the link of an invitation, as a person would. */
async function accepted(client: Client): Promise<void> {
  let token: string | undefined;
  await until('the invitation arrives', async () => {
    const { body } = await client.call(devMailRoute, { query: { to: email } });
    const mail = body.data.map((one) => JSON.stringify(one)).find((text) => /invit/i.test(text));
    token = /[?&#]token=([\w.~-]+)/.exec(mail ?? '')?.[1];
    return token !== undefined;
  });
  await client.call(acceptInvitationRoute, { body: { token: token! } });
}

const seen = async (id: string, receipt: string) => {
  const { status, json } = await rawCall(`${stack.api}/users/data/erasure/${id}`, {
    headers: [[headers.erasureReceipt, receipt]],
  });
  return { status, erasure: json as { status?: string; waiting_for?: string[] } };
};

it('forgets a person everywhere, through kill -9 of who does it, and proves it', async () => {
  const admin = await enter('admin@acme.test', 'acme');
  await registerAndVerify(stack.api, email, password, canaries[1]!);
  const home = await signIn(stack.api, { email, password, device: 'Zora’s laptop' });
  const invitation = { params: { id: admin.account }, body: { email, role: 'EDITOR' as const } };
  await admin.client.call(createInvitationRoute, invitation);
  await accepted(home.client);
  const acme = await signIn(stack.api, { email, password, device: 'Zora’s phone', account: 'acme' });
  await home.client.call(patchProfileRoute, { body: { bio: canaries[2]! } });
  await acme.client.call(patchProfileRoute, { body: { name: canaries[1]!, bio: canaries[3]! } });
  await acme.client.call(uploadAvatarRoute, { file: { content: Buffer.from(onePixel, 'base64'), type: 'image/png' } });
  await acme.client.call(giveFeedbackRoute, { body: { rating: 5 } });
  await acme.client.call(requestExportRoute, { body: {} });
  await admin.client.call(patchProfileRoute, { body: { bio: 'runs Acme, and stays' } });
  expect(scanAll()).toMatchObject({ status: 1 });

  const { body: asked } = await acme.client.call(requestErasureRoute, { body: {} });
  await endProcess(stack.layout, 'identity');
  await endProcess(stack.layout, 'export');
  const ready = async () => (await isReady(stack.layout, 'identity')) && isReady(stack.layout, 'export');
  await until('they are back', ready, 120_000);
  await endProcess(stack.layout, 'export');
  await until(
    'it is certified',
    async () => {
      const found = await seen(asked.id, asked.receipt).catch(() => undefined);
      return found?.erasure.status === 'erased';
    },
    240_000,
  );

  // Without a receipt nobody learns of it, and she is unknown.
  const unknown = await rawCall(`${stack.api}/users/data/erasure/${asked.id}`);
  expect(unknown).toMatchObject({ status: 404, json: { code: 'erasure-unknown' } });
  const login = (address: string) =>
    rawCall(`${stack.api}/auth/login`, {
      ...{ method: 'POST', headers: [['content-type', 'application/json']] },
      body: JSON.stringify({ email: address, password }),
    }).then(({ status, json }) => [
      status,
      (json as { code: string; detail: string }).code,
      (json as { detail: string }).detail,
    ]);
  expect(await login(email)).toEqual(await login('nobody.at.all@example.test'));
  await expect(acme.client.call(getProfileRoute, {})).rejects.toMatchObject({ status: 401 });
  // Others stay as they were.
  expect((await admin.client.call(getProfileRoute, {})).body.bio).toBe('runs Acme, and stays');

  const certificate = await rawCall(`${stack.api}/users/data/erasure/${asked.id}/certificate`, {
    headers: [[headers.erasureReceipt, asked.receipt]],
  });
  const file = join(folder, 'certificate.txt');
  writeFileSync(file, certificate.text);
  // The key that she was given with the receipt, before anything was erased.
  expect(scan('--certificate', file, '--key', asked.verifier)).toMatchObject({ status: 0 });
  writeFileSync(file, certificate.text.replace('"scope": "person"', '"scope": "account"'));
  expect(scan('--certificate', file, '--key', asked.verifier).status).not.toBe(0);

  expect(whatIsFound('--subject', home.userId)).toEqual([]);
  // That it would have been found is shown by one that is planted.
  const pool = openDatabase(stack.layout, 'annals_profile');
  await pool.query('create table planted (what bytea)');
  await pool.query('insert into planted values ($1)', [
    Buffer.from(Buffer.from(`..${canaries[1]}`).toString('base64')),
  ]);
  expect(scanAll()).toMatchObject({ status: 1, said: expect.stringContaining('public.planted') as string });
  await pool.query('drop table planted');
  await pool.end();

  await stack.crash();
  expect(whatIsFound('--subject', home.userId)).toEqual([]);
});

it('forgets in one account what that account holds, and nothing of the same person in another', async () => {
  const officer = await enter('admin@acme.test', 'acme');
  const elsewhere = await enter('both@annals.test', 'globex');
  const here = await enter('both@annals.test', 'acme');
  await elsewhere.client.call(patchProfileRoute, { body: { bio: 'lives in Globex' } });
  await here.client.call(patchProfileRoute, { body: { bio: 'lived in Acme' } });
  const { body: mine } = await here.client.call(getMyContextRoute);
  const wish = { user_id: mine.user_id!, scope: 'account' as const };
  const { body: asked } = await officer.client.call(requestErasureRoute, { body: wish });
  const isCertified = async () => {
    const { body } = await officer.client.call(getErasureRoute, { params: { erasure_id: asked.id } });
    return body.status === 'erased';
  };
  await until('it is certified', isCertified, 240_000);

  expect(scan('--canary', 'lived in Acme').status).toBe(0);
  expect((await elsewhere.client.call(getProfileRoute, {})).body.bio).toBe('lives in Globex');
  await expect(here.client.call(patchProfileRoute, { body: { bio: 'is back' } })).rejects.toMatchObject({
    status: 403,
  });
  const invitation = { email: 'both@annals.test', role: 'VIEWER' as const };
  await expect(
    officer.client.call(createInvitationRoute, { params: { id: officer.account }, body: invitation }),
  ).rejects.toMatchObject({ status: 410, code: 'subject-erased' });
});

it('leaves the proof of the audit log as it was, from its first entry on', async () => {
  const officer = await enter('admin@acme.test', 'acme');
  const out = join(folder, 'audit');
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(root, 'tools/stack/run.mjs'), 'audit', ...args], {
      ...{ cwd: root, env: stack.env, encoding: 'utf8' as const },
    });
  const fetched = run('fetch', '--url', stack.api, '--token', officer.token, '--out', out);
  expect(fetched).toMatchObject({ status: 0 });
  const key = /--key '([^']+)'/.exec(fetched.stdout)?.[1] ?? '';
  const files = ['--export', join(out, 'export.ndjson'), '--checkpoints', join(out, 'checkpoints.ndjson')];
  const verified = run('verify', ...files, '--key', key);
  expect([verified.status, verified.stdout]).toEqual([0, expect.stringContaining('VERIFIED')]);
});
