import { createContextSigner, generateKey, personIdentity, readPrivateKey, type ContextSigner } from '@annals/auth';
import {
  endMembershipRoute,
  getExportRoute,
  getParkedRoute,
  headers,
  listParkedRoute,
  requestExportRoute,
  retryParkedRoute,
  type ParkedWork,
  type RequestContext,
} from '@annals/contracts';
import { connectBus, deadLetterTopic, type Bus, type InMsg, type OutMsg } from '@annals/messaging';
import type { Pool } from '@annals/postgres';
import { until } from '@annals/testing';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { contextFor } from '../bad-input/forged-identities.js';
import { demoPassword } from '../sign-ins.js';
import { launchStack, type LaunchedStack } from '../story/launched-stack.js';
import { signIn, type SignedInPerson } from '../story/sign-up.js';
import { databaseUrl, openDatabase } from '../story/stored-events.js';

const root = resolve(__dirname, '../../../..');
const topic = 'export.jobs.v1';
/** Both take work from the topic and refuse what is forged, each for itself. */
const consumers = ['export.worker', 'import.worker'];
const deadLetters = consumers.map((consumer) => deadLetterTopic(topic, consumer));
jest.setTimeout(180_000);

let stack: LaunchedStack;
let person: SignedInPerson;
let bus: Bus;
let jobs: Pool;
/** By the topic of dead letters, then by the id of the message. */
const dead = new Map(deadLetters.map((each) => [each, new Map<string, InMsg>()]));

beforeAll(async () => {
  stack = await launchStack(root);
  person = await signIn(stack.api, { email: 'viewer@acme.test', password: demoPassword, device: 'Desk' });
  const url = databaseUrl(stack.layout, 'annals_bus', 'bus_app');
  jobs = openDatabase(stack.layout, 'annals_export');
  bus = connectBus({ kind: 'postgres', url, clientId: 'tests' });
  await bus.ensureTopics(deadLetters.map((each) => ({ topic: each, partitions: 1 })));
  await bus.subscribe({
    ...{ group: 'tests.dead', topics: deadLetters, from: 'earliest', maxBatch: 10 },
    onBatch: async (batch) => batch.forEach((message) => dead.get(message.topic)!.set(message.id, message)),
  });
});
afterAll(async () => {
  await bus.close();
  await jobs.end();
  await stack.end();
});

/** A job that would export this person's data, as the export service itself publishes it. */
function job(): OutMsg {
  const { accountId, userId } = person;
  const value = JSON.stringify({ account_id: accountId, user_id: userId, export_id: randomUUID() });
  const key = `${accountId}/${userId}`;
  return { key, id: randomUUID(), type: 'export.requested.v1', headers: {}, value: Buffer.from(value) };
}
const identity = () => personIdentity({ user_id: person.userId, account_id: person.accountId });
const request = (): RequestContext => ({
  ...{ request_id: 'forged', transaction_id: 'forged', correlation_id: 'forged', causation_id: 'forged' },
  ...{ ip_address: null, user_agent: null, traceparent: null, timestamp: new Date().toISOString() },
});
const signedBy = (signer: ContextSigner, { id, key, value }: OutMsg, on = topic) =>
  signer.signMessage({ id, topic: on, key, payload: value }, identity(), request());
const service = () => {
  const file = join(stack.layout.keysDir, 'svc-export.jwk.json');
  return createContextSigner({ principal: 'svc:export', privateJwk: readPrivateKey(file) });
};
const stranger = async () => {
  const { privateJwk } = await generateKey('svc:export');
  return createContextSigner({ principal: 'svc:export', privateJwk });
};

/** Rows that the handler of jobs made of a message. */
async function jobsFor({ value }: OutMsg): Promise<number> {
  const { export_id } = JSON.parse(Buffer.from(value).toString()) as { export_id: string };
  const { rowCount } = await jobs.query('select from export_job where export_id = $1', [export_id]);
  return rowCount;
}

const missing = 'message-context-required';
const invalid = 'message-context-invalid';
const mismatch = 'message-context-mismatch';
/** What the context of a message is, in each way that is wrong, and the reason that the dead letter gives. */
const forgeries: [what: string, reason: string, context: (message: OutMsg) => Promise<string | undefined>][] = [
  ['none at all', missing, async () => undefined],
  ['no token', invalid, async () => 'garbage'],
  ["signed with a stranger's key", invalid, async (message) => signedBy(await stranger(), message)],
  ['of an HTTP call', invalid, async () => contextFor(stack.layout.keysDir, identity())],
  ['of another message', mismatch, (message) => signedBy(service(), { ...message, id: randomUUID() })],
  ['of another key', mismatch, (message) => signedBy(service(), { ...message, key: 'other' })],
  ['of another payload', mismatch, (message) => signedBy(service(), { ...message, value: Buffer.from('{}') })],
  ['of another topic', mismatch, (message) => signedBy(service(), message, 'profile.events.v1')],
];

it.each(forgeries)(
  'a message whose context is %s goes to the dead letters with %s',
  async (_what, reason, contextOf) => {
    const message = job();
    const context = await contextOf(message);
    await bus.publish(topic, [{ ...message, headers: context === undefined ? {} : { [headers.context]: context } }]);
    const letters = () => [...dead.values()].map((byId) => byId.get(message.id));
    await until('it is among the dead letters of both', () => letters().every(Boolean), 60_000);
    for (const letter of letters()) {
      expect(letter!.headers).toMatchObject({ 'x-dead-letter-reason': reason, 'x-dead-letter-topic': topic });
    }
    expect(await jobsFor(message)).toBe(0);
  },
);

it('super admins see them all, without what they say, and retrying hands none of them over', async () => {
  const { client } = await signIn(stack.api, { email: 'root@annals.test', password: demoPassword, device: 'Desk' });
  let data: ParkedWork[] = [];
  // A dead letter goes out before it is kept, and a service that is busy is left out of the list.
  await until('all of them are listed, and nobody is left out', async () => {
    const { body } = await client.call(listParkedRoute, { query: { kind: 'letter', sort_order: 'asc' } });
    data = body.data;
    return data.length >= consumers.length * forgeries.length && body.meta.unanswered.length === 0;
  });
  for (const consumer of consumers) {
    const reasons = data.filter(({ source }) => source === consumer).map(({ error }) => error);
    expect([consumer, reasons]).toEqual([consumer, forgeries.map(([, reason]) => reason)]);
  }
  const [sent] = [...dead.get(deadLetters[0]!)!.values()];
  const id = data.find(({ cause_id, source }) => cause_id === sent!.id && source === 'export.worker')!.id;
  await client.call(retryParkedRoute, { params: { parked_id: id }, body: { reason: 'to see what comes of it' } });
  const after = await client.call(getParkedRoute, { params: { parked_id: id } });
  expect(after.body).toMatchObject({ id, attempts: 2, source: 'export.worker' });
  expect(await jobsFor(sent!)).toBe(0);
});

it('the work of the same person goes on beside them, until they leave the account: then nothing of it is left', async () => {
  const { body: operation } = await person.client.call(requestExportRoute, { body: {} });
  const isDone = async () => {
    const { body } = await person.client.call(getExportRoute, { params: { export_id: operation.id } });
    return body.status === 'succeeded';
  };
  await until('a real export is done', isDone, 60_000);
  const document = join(stack.layout.objectsDir, 'exports', person.accountId, operation.id);
  expect(existsSync(document)).toBe(true);
  const admin = await signIn(stack.api, { email: 'admin@acme.test', password: demoPassword, device: 'Desk' });
  await admin.client.call(endMembershipRoute, { params: { id: person.accountId, user_id: person.userId } });
  await until('the document is gone', () => !existsSync(document), 60_000);
});
