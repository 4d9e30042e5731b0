import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { createClient, type Client } from '@annals/client';
import {
  type AuditEntry,
  listAuditLogsRoute,
  loginRoute,
  startElevationRoute,
  switchAccountRoute,
} from '@annals/contracts';
import { demoPassword } from '../sign-ins.js';
import { launchStack, type LaunchedStack } from '../story/launched-stack.js';
import { type Act, actsOf, type Caller, houseLog, interleaved, type Promised, signInsOf } from './acts.js';

jest.setTimeout(300_000);
let stack: LaunchedStack;
beforeAll(async () => {
  stack = await launchStack(resolve(__dirname, '../../../..'));
});
afterAll(() => stack?.end());

async function enter(email: string, account?: string): Promise<Caller & { client: Client }> {
  const client = createClient({ baseUrl: stack.api });
  const { body } = await client.call(loginRoute, { body: { email, password: demoPassword, account } });
  if (!('access_token' in body)) throw new Error(`${email} is asked for a second factor`);
  client.signIn({ token: body.access_token });
  return { client, email, bearer: body.access_token, userId: body.user_id, account: body.account_id ?? '' };
}

/** A super admin, who has to be in some account to ask for the log of none. */
async function auditorOfTheHouse(account_id: string): Promise<Client> {
  const { client } = await enter('root@annals.test');
  await client.call(startElevationRoute, { body: { account_id, reason: 'to look into the log of the house' } });
  const { body } = await client.call(switchAccountRoute, { body: { account_id } });
  client.signIn({ token: body.access_token });
  return client;
}

/** Entries of the whole log that stand for requests of ours, once the last of them is in. */
async function entriesOf(client: Client, log: 'house' | undefined, ours: ReadonlySet<string>): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  let cursor: string | undefined;
  do {
    const { body } = await client.call(listAuditLogsRoute, { query: { limit: 100, log, cursor } });
    found.push(...body.data.filter(({ request_id }) => ours.has(request_id)));
    cursor = body.meta.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

/** What the logs say of one request: each entry's place, outcome and actor, and nothing twice. */
const saidOf = (entries: readonly AuditEntry[], requestId: string): Promised[] => {
  const own = entries.filter(({ request_id }) => request_id === requestId);
  const said = own.map(({ account_id: log, outcome, actor }) => ({ log, outcome, actor: actor.user_id }));
  return [...new Map(said.map((one) => [JSON.stringify(one), one])).values()];
};

it('whatever people do leaves one entry each, in the right log, with what came of it', async () => {
  const [admin, viewer, globex] = [
    await enter('admin@acme.test'),
    await enter('viewer@acme.test'),
    await enter('admin@globex.test'),
  ];
  // The same person in both accounts: what they do in one is in that one's log alone.
  const visiting = await enter('both@annals.test', 'acme');
  const at = await enter('both@annals.test', 'globex');
  const stories: Act[][] = [
    ...[actsOf(admin, true), actsOf(viewer, false), actsOf(globex, true), actsOf(visiting, false), actsOf(at, true)],
    ...[signInsOf(admin), signInsOf(viewer), signInsOf(globex)],
  ];
  // A fixed sequence (Park and Miller, 1988), so that a failure can be seen again.
  let seed = 20_260_301;
  const next = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const told = interleaved(stories, next).map((act) => ({ act, requestId: randomUUID() }));
  const statuses: [string, number][] = [];
  for (const { act, requestId } of told) statuses.push([act.name, (await act.send(stack.api, requestId)).status]);
  expect(statuses).toEqual(told.map(({ act }) => [act.name, act.status]));

  const auditor = await auditorOfTheHouse(admin.account);
  const ours = new Set(told.map(({ requestId }) => requestId));
  const promised = told.flatMap(({ act, requestId }) => (act.promised ? [[requestId, act.promised] as const] : []));
  let entries: AuditEntry[] = [];
  const isComplete = () => promised.every(([requestId]) => entries.some(({ request_id }) => request_id === requestId));
  for (const deadline = Date.now() + 120_000; !isComplete() && Date.now() < deadline;) {
    await new Promise((done) => setTimeout(done, 100));
    entries = [
      ...(await entriesOf(admin.client, undefined, ours)),
      ...(await entriesOf(globex.client, undefined, ours)),
      ...(await entriesOf(auditor, 'house', ours)),
    ];
  }
  const said = told.map(({ act, requestId }) => [act.name, saidOf(entries, requestId)]);
  expect(said).toEqual(told.map(({ act }) => [act.name, act.promised ? [act.promised] : []]));
  const transactions = new Map(entries.map(({ transaction_id, request_id }) => [transaction_id, request_id]));
  expect(transactions.size).toBe(promised.length);
  expect(new Set(entries.map(({ account_id }) => account_id))).toEqual(
    new Set([admin.account, globex.account, houseLog]),
  );
});
