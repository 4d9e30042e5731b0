import { until } from '@annals/testing';
import { createClient, type Client } from '@annals/client';
import { getMyContextRoute, listExportsRoute, patchProfileRoute, requestExportRoute } from '@annals/contracts';
import type { Pool } from '@annals/postgres';
import { resolve } from 'node:path';
import { demoPassword } from '../sign-ins.js';
import { launchStack, type LaunchedStack } from '../story/launched-stack.js';
import { lastPosition, openDatabase } from '../story/stored-events.js';
import { enter } from './enter.js';
import { auditOf, historyOf, shownBio, storedChanges } from './judges.js';
import { allPids, endProcess, isReady, pidOf, type Killable } from '../stack-processes.js';
import { startWriters, type Writers } from './writers.js';

const root = resolve(__dirname, '../../../..');
const services = ['identity', 'profile', 'activity', 'export', 'gateway'] as const;
const authors = [
  ...['admin', 'manager', 'editor', 'viewer', 'analyst'].map((name) => ({ email: `${name}@acme.test` })),
  { email: 'admin@globex.test' },
  // One person in two accounts: the same user id, two streams.
  { email: 'both@annals.test', account: 'acme' },
  { email: 'both@annals.test', account: 'globex' },
].map((author) => ({ ...author, password: demoPassword }));
jest.setTimeout(400_000);

let stack: LaunchedStack;
let writers: Writers;
let start: string;
/** Somebody who takes their data away while all this happens. */
let traveller: Client;
const wanted: string[] = [];

beforeAll(async () => {
  // Each kill asks for an export, and none may be refused for want of room; nor a writer who tries again and again.
  const room = { EXPORTS_PER_PERSON: '100', EXPORTS_PER_ACCOUNT: '100' };
  stack = await launchStack(root, { ...room, RATE_LIMIT_PER_MINUTE: '0', RATE_LIMIT_PER_MINUTE_ADDRESS: '0' });
  await withEvents(async (events) => (start = await lastPosition(events)));
  traveller = await enter(stack.api, 'billing@acme.test');
  writers = await startWriters(stack.api, authors);
});
afterAll(async () => {
  await writers.stop().catch(() => undefined);
  await stack.end();
});

/** Opened anew each time: a pool of the test's own would only tell about itself when PostgreSQL is killed. */
async function withEvents<T>(work: (events: Pool) => Promise<T>): Promise<T> {
  const events = openDatabase(stack.layout, 'annals_events');
  try {
    return await work(events);
  } finally {
    await events.end();
  }
}

const everybodyIsReady = () =>
  until(
    'every service is ready',
    async () => (await Promise.all(services.map((service) => isReady(stack.layout, service)))).every(Boolean),
    120_000,
  );

/** Refusals that may be seen while something is down. `cut`: nobody but the gateway can say anything to the outside. */
const expected: Record<Killable, string[]> = {
  identity: ['upstream-unavailable', 'identity-unavailable', 'service-starting', 'token-keys-unavailable'],
  profile: ['upstream-unavailable', 'service-starting', 'upstream-timeout'],
  activity: [],
  export: [],
  gateway: ['cut', 'identity-unavailable'],
  // Once a minute the gateway asks anew who somebody is, which identity reads from the events.
  'event-node': ['event-store-unavailable', 'identity-unavailable'],
  postgres: ['event-store-unavailable', 'store-unavailable', 'identity-unavailable'],
};

const kills: Killable[] = [...services, 'event-node', 'postgres', 'event-node', 'profile', 'postgres', 'gateway'];

it.each(kills)(
  '%s is killed under load: clear refusals meanwhile, and nobody else has to start again',
  async (name) => {
    await writers.progress(25);
    const before = allPids(stack.layout);
    const troubles = writers.each.map((writer) => writer.troubles.length);
    const { body: operation } = await traveller.call(requestExportRoute, { body: {} });
    wanted.push(operation.id);
    await endProcess(stack.layout, name);
    await until(`${name} runs again`, () => ![undefined, before[name]].includes(pidOf(stack.layout, name)), 120_000);
    await everybodyIsReady();
    await writers.progress(25);
    const seen = new Set(writers.each.flatMap((writer, index) => writer.troubles.slice(troubles[index])));
    const harmless = ['command-in-flight', 'token-expired'];
    expect([...seen].filter((code) => ![...expected[name], ...harmless].includes(code))).toEqual([]);
    expect({ ...allPids(stack.layout), [name]: 0 }).toEqual({ ...before, [name]: 0 });
  },
);

it('a frozen event node is answered for with a refusal, not with silence, and goes on where it stood', async () => {
  const before = allPids(stack.layout);
  const frozen = before['event-node']!;
  const troubles = writers.each.map((writer) => writer.troubles.length);
  process.kill(frozen, 'SIGSTOP');
  const refusals = expected['event-node'];
  await until(
    'every writer is told',
    () =>
      writers.each.every((writer, index) =>
        writer.troubles.slice(troubles[index]).some((code) => refusals.includes(code)),
      ),
    120_000,
  );
  process.kill(frozen, 'SIGCONT');
  await everybodyIsReady();
  await writers.progress(25);
  expect(allPids(stack.layout)).toEqual(before);
});

describe('after all of it', () => {
  beforeAll(() => writers.stop());

  it('every acknowledged change is stored exactly once, and nothing else', async () => {
    await withEvents(async (events) => {
      for (const writer of writers.each) {
        expect(await storedChanges(events, writer, start)).toBe(writer.acknowledged.length);
      }
    });
  });

  it('the read model shows the last of them', async () => {
    for (const writer of writers.each) expect(await shownBio(stack.api, writer)).toBe(writer.acknowledged.at(-1));
  });

  it('the audit log holds each of them once, in order, with what was there before', async () => {
    for (const writer of writers.each) {
      const admin = writers.each.find(
        ({ accountId }, index) => accountId === writer.accountId && authors[index]!.email.startsWith('admin'),
      )!;
      const history = historyOf(writer, null);
      await until(
        'the audit log is there',
        async () => {
          const held = await auditOf(stack.api, admin.token(), writer);
          return held.length >= history.length;
        },
        120_000,
      );
      expect(await auditOf(stack.api, admin.token(), writer)).toEqual(history);
    }
  });

  it('every export that was asked for before a kill is done, once', async () => {
    const statusOf = async () => {
      const { body } = await traveller.call(listExportsRoute, { query: { limit: 100 } });
      return Object.fromEntries(body.data.map(({ id, status }) => [id, status]));
    };
    const ended = async () =>
      Object.values(await statusOf()).every((status) => !['queued', 'running'].includes(status));
    await until('all exports have ended', ended, 120_000).catch(async (error: Error) => {
      throw new Error(JSON.stringify(await statusOf()), { cause: error });
    });
    expect(await statusOf()).toEqual(Object.fromEntries(wanted.map((id) => [id, 'succeeded'])));
  });

  it('people can still sign in', async () => {
    const { body } = await (await enter(stack.api, 'admin@acme.test')).call(getMyContextRoute);
    expect(body.role).toBe('ADMIN');
  });

  it('a change that is in no ledger would be seen', async () => {
    const [writer] = writers.each;
    await createClient({ baseUrl: stack.api, token: writer!.token() }).call(patchProfileRoute, {
      body: { bio: 'extra' },
    });
    const stored = await withEvents((events) => storedChanges(events, writer!, start));
    expect(stored).toBe(writer!.acknowledged.length + 1);
    expect(await shownBio(stack.api, writer!)).toBe('extra');
  });
});
