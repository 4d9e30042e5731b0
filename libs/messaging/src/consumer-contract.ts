import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { headers as names } from '@annals/contracts';
import { type Pool, type Tx } from '@annals/postgres';
import { consume, type ConsumeOptions, type Consumer } from './consume.js';
import { deadLetterTopic } from './consuming/dead-letter.js';
import { createBench, eventually, gate, message, type Bench, type BusFixture } from './contract/fixture.js';
import { createLetters, type Letters } from './contract/letters.js';

export interface ConsumerFixture extends BusFixture {
  /** A database with `consumerMigrations` and a table `effects (topic text, key text, text text, account text, n bigserial)`. */
  pool: Pool;
}

/** What consuming promises on every engine. */
export function consumerContract(name: string, start: () => Promise<ConsumerFixture>): void {
  describe(`consuming from ${name}`, () => {
    let fixture: ConsumerFixture | undefined;
    let letters: Letters;
    let bench: Bench;
    let topic: string;
    let group: string;
    const consumers: Consumer[] = [];
    beforeAll(async () => {
      fixture = await start();
      letters = await createLetters();
    }, 120_000);
    afterAll(() => fixture?.dispose(), 30_000);
    beforeEach(async () => {
      bench = createBench(fixture!);
      topic = await bench.topic(2);
      group = bench.group();
    });
    afterEach(async () => {
      await Promise.all(consumers.splice(0).map((consumer) => consumer.stop(200)));
      await bench.close();
    });

    const text = (data: unknown) => (data as { text: string }).text;
    const write = (key: string, ...texts: string[]) =>
      Promise.all(texts.map((each) => letters.write(topic, key, { text: each })));
    const effect = (key: string, data: unknown, tx: Tx) =>
      tx.query(
        `insert into effects (topic, key, text, account) values ($1, $2, $3, current_setting('app.account_id', true))`,
        [topic, key, text(data)],
      );
    const effects = async (key?: string) => {
      const { rows } = await fixture!.pool.query<{ text: string }>(
        'select text from effects where topic = $1 and key = coalesce($2, key) order by n',
        [topic, key ?? null],
      );
      return rows.map((row) => row.text);
    };
    const start1 = async (more: Partial<ConsumeOptions> = {}) => {
      const consumer = await consume({
        bus: bench.bus(),
        pool: fixture!.pool,
        group,
        topics: [topic],
        reader: letters.reader,
        retryDelaysMs: [1, 2, 3],
        handle: async ({ key, data }, _, tx) => {
          await effect(key, data, tx);
        },
        ...more,
      });
      consumers.push(consumer);
      await consumer.subscription.joined();
      return consumer;
    };
    /** A consumer counts a moment after others can see what it wrote. */
    const counted = (count: () => number, atLeast: number) => eventually(() => count() >= atLeast);
    const deadLetters = () => bench.collect(bench.bus(), { topics: [deadLetterTopic(topic, group)] });

    it('hands over data and verified context, in a transaction of the message’s account', async () => {
      const seen: unknown[] = [];
      await start1({
        async handle({ key, data, id }, context, tx) {
          seen.push({ id, data, account: context.account_id, principal: context.principal });
          await effect(key, data, tx);
        },
      });
      const [sent] = await write('key', 'hello');
      await bench.bus().publish(topic, [sent!]);
      await eventually(async () => (await effects()).length === 1);
      const account = letters.accountId;
      expect(seen).toEqual([{ id: sent!.id, data: { text: 'hello' }, account, principal: 'svc:test' }]);
      const { rows } = await fixture!.pool.query('select account from effects where topic = $1', [topic]);
      expect(rows).toEqual([{ account }]);
    });

    it('writes each effect once and in order, although the process stops in the middle and comes back', async () => {
      const texts = Array.from({ length: 60 }, (_, n) => String(n));
      await bench.bus().publish(topic, await write('key', ...texts));
      const first = await start1({ maxBatch: 7 });
      await eventually(async () => (await effects()).length > 10);
      await first.stop(0);
      await start1({ maxBatch: 9 });
      await eventually(async () => (await effects()).length >= 60);
      expect(await effects()).toEqual(texts);
    });

    it('goes by the offset stored with the effect, not by what the bus believes', async () => {
      await bench.bus().publish(topic, await write('key', 'a', 'b', 'c'));
      const first = await start1();
      await eventually(async () => (await effects()).length === 3);
      await first.stop();
      const partitions = [0, 1];
      for (const partition of partitions) await bench.bus().seek(group, { topic, partition, offset: 0n });
      const second = await start1();
      await bench.bus().publish(topic, await write('key', 'd'));
      await eventually(async () => (await effects()).length >= 4);
      expect(await effects()).toEqual(['a', 'b', 'c', 'd']);
      await counted(() => second.counts().handled, 1);
      expect(second.counts().handled).toBe(1);
    }, 60_000);

    it('keeps nothing of a failed attempt, retries in place, and goes on', async () => {
      let failures = 0;
      const consumer = await start1({
        async handle({ key, data }, _, tx) {
          await effect(key, data, tx);
          if (text(data) === 'b' && failures++ < 3) throw new Error('not yet');
        },
      });
      await bench.bus().publish(topic, await write('key', 'a', 'b', 'c'));
      await eventually(async () => (await effects()).length === 3);
      expect(await effects()).toEqual(['a', 'b', 'c']);
      expect(await consumer.parked()).toEqual([]);
    });

    it('parks a key around a poison message, keeps its order, and lets other keys pass', async () => {
      let cured = false;
      const consumer = await start1({
        async handle({ key, data }, _, tx) {
          if (text(data) === 'poison' && !cured) throw new Error('cannot digest');
          await effect(key, data, tx);
        },
      });
      const bus = bench.bus();
      await bus.publish(topic, await write('sick', '1', 'poison', '3'));
      await bus.publish(topic, await write('well', 'x'));
      await eventually(async () => (await effects('well')).length === 1 && consumer.counts().parked === 2);
      await bus.publish(topic, await write('sick', '4'));
      await eventually(() => consumer.counts().parked === 3);
      expect(await effects('sick')).toEqual(['1']);
      expect(await consumer.parked()).toMatchObject([
        { group, topic, key: 'sick', reason: 'cannot digest', messages: 3 },
      ]);
      const { until } = await deadLetters();
      expect(
        (await until(3)).map(({ value, headers }) => [
          text(JSON.parse(Buffer.from(value).toString())),
          headers['x-dead-letter-reason'],
        ]),
      ).toEqual([
        ['poison', 'cannot digest'],
        ['3', 'an earlier message of its key is parked'],
        ['4', 'an earlier message of its key is parked'],
      ]);

      expect(await consumer.retryParked(topic, 'sick')).toEqual({ handled: 0, left: 3 });
      cured = true;
      expect(await consumer.retryParked(topic, 'sick')).toEqual({ handled: 3, left: 0 });
      expect(await consumer.parked()).toEqual([]);
      await bus.publish(topic, await write('sick', '5'));
      await eventually(async () => (await effects('sick')).length === 5);
      expect(await effects('sick')).toEqual(['1', 'poison', '3', '4', '5']);
    });

    it('never calls the handler without a context that holds for exactly this message', async () => {
      const handled: string[] = [];
      const consumer = await start1({
        async handle({ data }) {
          handled.push(text(data));
        },
      });
      const [good, other] = (await write('key', 'good', 'other')) as [Sent, Sent];
      type Sent = Awaited<ReturnType<Letters['write']>>;
      const stranger = await createLetters();
      const bad = {
        'no context': message('key', '{"text":"none"}'),
        'another message’s context': { ...good, value: Buffer.from('{"text":"changed"}') },
        'another key': { ...good, key: 'other' },
        'another id': { ...good, id: 'other' },
        'a stranger’s signature': await stranger.write(topic, 'key', { text: 'stranger' }),
        garbage: { ...good, headers: { [names.context]: 'not.a.token' } },
        'a readable header that lies': { ...good, headers: { ...good.headers, [names.accountId]: 'other' } },
      };
      await bench.bus().publish(topic, [...Object.values(bad), good, other]);
      await eventually(() => handled.length === 2 && consumer.counts().refused === Object.keys(bad).length);
      expect(handled).toEqual(['good', 'other']);
      expect(await consumer.parked()).toEqual([]);
      const { until } = await deadLetters();
      const reasons = (await until(7)).map(({ headers }) => headers['x-dead-letter-reason']);
      expect([...new Set(reasons)].sort()).toEqual([
        'message-context-invalid',
        'message-context-mismatch',
        'message-context-required',
      ]);
    });

    it('drops what its publisher sent twice', async () => {
      const consumer = await start1();
      const at = (position: number, source = '/annals/one') =>
        letters.write(topic, 'key', { text: `${source}@${position}` }, { source, position });
      const batch = await Promise.all([at(1), at(2), at(3), at(1, '/annals/two')]);
      await bench.bus().publish(topic, batch);
      await bench.bus().publish(topic, [...batch.slice(1, 3), await at(4)]);
      await eventually(async () => (await effects()).includes('/annals/one@4'));
      expect(await effects()).toEqual([
        '/annals/one@1',
        '/annals/one@2',
        '/annals/one@3',
        '/annals/two@1',
        '/annals/one@4',
      ]);
      await counted(() => consumer.counts().handled, 5);
      expect(consumer.counts().duplicates).toBe(2);
    });

    it('has a member that fell silent write nothing: its transaction finds the work done', async () => {
      const started = gate();
      const wakeUp = gate();
      let calls = 0;
      const zombie = await start1({
        sessionTimeoutMs: 1_500,
        async handle({ key, data }, _, tx) {
          if (calls++ === 0) {
            started.open();
            await wakeUp.opened;
          }
          await effect(key, data, tx);
        },
      });
      await bench.bus().publish(topic, await write('key', 'once'));
      await started.opened;
      const heir = await start1({ sessionTimeoutMs: 1_500 });
      // The zombie's transaction holds the lock on the offset; the heir waits there until it ends, then drops the message.
      await eventually(() => heir.subscription.status().assigned.length === 2);
      wakeUp.open();
      await bench.bus().publish(topic, await write('key', 'next'));
      await eventually(async () => (await effects()).includes('next'));
      expect(await effects()).toEqual(['once', 'next']);
      const handled = () => zombie.counts().handled + heir.counts().handled;
      await counted(handled, 2);
      expect(handled()).toBe(2);
    }, 60_000);
  });
}
