import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createContextReader, createContextSigner, generateKey, serviceIdentity } from '@annals/auth';
import { headers } from '@annals/contracts';
import { connectBus, consume, consumerMigrations, type Bus, type OutMsg } from '@annals/messaging';
import { requestContext, testDatabase, until } from '@annals/testing';
import { toldConsumers } from './testing/consumers-contract.js';

const database = testDatabase({ service: 'export', migrations: consumerMigrations });
const log = testDatabase({ service: 'bus' });
const root = resolve(__dirname, '../../..');
const [a, b] = [0, 1].map(() => ({ account_id: randomUUID(), user_id: randomUUID() })) as [Who, Who];
type Who = { account_id: string; user_id: string };
let bus: Bus;

beforeAll(() => {
  bus = connectBus({ kind: 'postgres', url: log().ownerUrl, clientId: 'consumers' });
});
afterAll(() => bus.close());

/** Every group that any service consumes as, by the sources. */
function groups(): string[] {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'apps/*.ts'], {
    cwd: root,
    encoding: 'utf8',
  });
  const sources = files
    .split('\n')
    .filter((file) => /\/src\//.test(file) && !/\.spec\.ts$|\/testing\//.test(file))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .filter((source) => /\bconsume\(/.test(source));
  return sources.flatMap((source) => [...source.matchAll(/group: '([^']+)'/g)].map(([, group]) => group!));
}

it('each consumer of the house is specified here: a new one without its message fails', () => {
  const found = groups();
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((group) => !(group in toldConsumers))).toEqual([]);
});

describe.each(Object.entries(toldConsumers))('the consumer %s, told of A, of nobody and of B', (group, told) => {
  const owner = `svc:${told.topic.split('.')[0]}`;

  it('works for A and for B, each with nothing of the other, and not at all for nobody or in another’s name', async () => {
    const [own, stranger] = await Promise.all([generateKey(owner), generateKey('svc:profile')]);
    const sign = (message: OutMsg, who: Who, principal: string, key: typeof own) =>
      createContextSigner({ principal, privateJwk: key.privateJwk }).signMessage(
        { ...message, topic: told.topic, payload: message.value },
        serviceIdentity(principal, { accountId: who.account_id, userId: who.user_id }),
        requestContext({ request_id: `of ${who.user_id}`, correlation_id: `of ${who.user_id}` }),
      );
    const message = (who: Who): OutMsg => ({
      ...{ key: `${who.account_id}/${who.user_id}`, id: randomUUID(), type: told.type, headers: {} },
      value: Buffer.from(JSON.stringify(told.data(who))),
    });
    const [ofA, ofNobody, stolen, foreign, ofB] = [a, a, a, b, b].map(message) as [
      OutMsg,
      OutMsg,
      OutMsg,
      OutMsg,
      OutMsg,
    ];
    ofA.headers[headers.context] = await sign(ofA, a, owner, own);
    stolen.headers[headers.context] = ofA.headers[headers.context]!;
    foreign.headers[headers.context] = await sign(foreign, b, 'svc:profile', stranger);
    ofB.headers[headers.context] = await sign(ofB, b, owner, own);

    const seen: unknown[] = [];
    await bus.ensureTopics([{ topic: told.topic, partitions: 1 }]);
    const consumer = await consume({
      ...{ bus, pool: database().pool, group, topics: [told.topic], from: 'latest', retryDelaysMs: [] },
      reader: createContextReader({ jwks: { keys: [own.publicJwk, stranger.publicJwk] } }),
      async handle({ id }, { account_id, user_id, correlation_id, principal, permissions, role }, tx) {
        const { rows } = await tx.query<{ tenant: string }>("select current_setting('app.account_id', true) as tenant");
        seen.push({ id, account_id, user_id, correlation_id, principal, permissions, role, tenant: rows[0]!.tenant });
      },
    });
    await consumer.subscription.joined();
    await bus.publish(told.topic, [ofA, ofNobody, stolen, foreign, ofB]);
    await until('all are handled or refused', () => seen.length === 2 && consumer.counts().refused === 3);
    await consumer.stop(200);
    const expected = (id: string, who: Who) => ({
      ...{ id, ...who, tenant: who.account_id, correlation_id: `of ${who.user_id}` },
      ...{ principal: owner, permissions: [], role: null },
    });
    expect(seen).toEqual([expected(ofA.id, a), expected(ofB.id, b)]);
    const { rows } = await database().pool.query<{ message_id: string; reason: string }>(
      'select message_id, reason from dead_letters where grp = $1 order by off',
      [group],
    );
    expect(rows).toEqual([
      { message_id: ofNobody.id, reason: 'message-context-required' },
      { message_id: stolen.id, reason: 'message-context-mismatch' },
      { message_id: foreign.id, reason: 'topic-of-another' },
    ]);
  });
});
