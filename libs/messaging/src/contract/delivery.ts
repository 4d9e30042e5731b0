import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  byKey,
  eventually,
  persistently,
  gate,
  inOrderPerKey,
  message,
  numbered,
  texts,
  type Bench,
} from './fixture.js';

/** What a subscription promises about delivery, commits and failures. */
export function deliveryContract(bench: () => Bench): void {
  describe('delivery', () => {
    it('gives every group everything', async () => {
      const bus = bench().bus();
      const topic = await bench().topic();
      const one = await bench().collect(bus, { topics: [topic] });
      const two = await bench().collect(bench().bus(), { topics: [topic] });
      await bus.publish(topic, numbered(50));
      for (const { until } of [one, two]) expect(new Set(texts(await until(50))).size).toBe(50);
    });

    it('waits for a topic that does not exist yet', async () => {
      const bus = bench().bus();
      const topic = `t-${randomUUID()}`;
      const got: string[] = [];
      await bus.subscribe({
        group: bench().group(),
        topics: [topic],
        from: 'earliest',
        maxBatch: 10,
        async onBatch(batch) {
          got.push(...texts(batch));
        },
      });
      await bus.ensureTopics([{ topic, partitions: 1 }]);
      await bus.publish(topic, [message('key', 'at last')]);
      await eventually(() => got.length === 1);
    });

    it('follows several topics', async () => {
      const bus = bench().bus();
      const topics = [await bench().topic(2), await bench().topic(3)];
      const { until } = await bench().collect(bus, { topics });
      await Promise.all(topics.map((topic) => bus.publish(topic, numbered(30))));
      const got = await until(60);
      for (const topic of topics) expect(got.filter((each) => each.topic === topic)).toHaveLength(30);
    });

    it('hands out batches of one partition, no larger than asked', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(2);
      await bus.publish(topic, numbered(100));
      const sizes: number[] = [];
      const { until } = await bench().collect(bus, {
        topics: [topic],
        maxBatch: 7,
        async onBatch(batch) {
          sizes.push(batch.length);
          expect(new Set(batch.map((each) => each.partition)).size).toBe(1);
        },
      });
      await until(100);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(7);
    });

    it('begins at the end for "latest", and keeps that place also before the first commit', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      const group = bench().group();
      await bus.publish(topic, [message('key', 'old')]);
      const first = await bench().collect(bus, { topics: [topic], group, from: 'latest' });
      await first.sub.stop();
      await bus.publish(topic, [message('key', 'new')]);
      const second = await bench().collect(bus, { topics: [topic], group, from: 'latest' });
      expect(texts(await second.until(1))).toEqual(['new']);
    });

    it('delivers a failed batch again, counts the attempts, and goes on in order', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      const attempts: number[] = [];
      await bus.publish(topic, numbered(20));
      const { until } = await bench().collect(bus, {
        topics: [topic],
        maxBatch: 5,
        async onBatch(batch) {
          if (texts(batch).includes('7')) attempts.push(batch[0]!.attempt);
          if (texts(batch).includes('7') && attempts.length < 3) throw new Error('not now');
        },
      });
      expect(texts(await until(20))).toEqual(numbered(20).map((_, index) => String(index)));
      expect(attempts).toEqual([1, 2, 3]);
    });

    it('lets a failing partition stop nobody else', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(4);
      const keys = ['key-0', 'key-1', 'key-2', 'key-3', 'key-4', 'key-5', 'key-6'];
      const places = await bus.publish(
        topic,
        keys.map((key) => message(key, '0')),
      );
      const broken = places[0]!.partition;
      const { received } = await bench().collect(bus, {
        topics: [topic],
        concurrency: 1,
        async onBatch(batch) {
          if (batch[0]!.partition === broken) throw new Error('never');
        },
      });
      const others = keys.filter((_, index) => places[index]!.partition !== broken);
      await bus.publish(
        topic,
        others.map((key) => message(key, '1')),
      );
      await eventually(() => received.length === others.length * 2);
      expect([...byKey(received).values()]).toEqual(others.map(() => [0, 1]));
    });

    it('does not commit what was not finished: the next member gets it', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      const group = bench().group();
      await bus.publish(topic, numbered(3));
      const started = gate();
      const first = await bench().collect(bus, {
        topics: [topic],
        group,
        async onBatch(_, { signal }) {
          started.open();
          await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
        },
      });
      await started.opened;
      await first.sub.stop(50);
      const second = await bench().collect(bench().bus(), { topics: [topic], group });
      expect(texts(await second.until(3))).toEqual(['0', '1', '2']);
    });

    it('finishes and commits the running batch when it is stopped in time', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      const group = bench().group();
      await bus.publish(topic, [message('key', 'once')]);
      const started = gate();
      const finish = gate();
      const first = await bench().collect(bus, {
        topics: [topic],
        group,
        async onBatch() {
          started.open();
          await finish.opened;
        },
      });
      await started.opened;
      const stopped = first.sub.stop(10_000);
      finish.open();
      await stopped;
      expect(texts(first.received)).toEqual(['once']);
      expect((await bus.lag(group)).get(`${topic}/0`)).toBe(0n);
    });

    it('asks a member where it wants to begin', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      await bus.publish(topic, numbered(10, 1));
      const { until } = await bench().collect(bus, { topics: [topic], position: async () => 6n });
      expect(texts(await until(4))).toEqual(['6', '7', '8', '9']);
    });

    it('begins although the place could not be told at first', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      await bus.publish(topic, numbered(3, 1));
      let asked = 0;
      const { until } = await bench().collect(bus, {
        topics: [topic],
        async position() {
          if (asked++ < 2) throw new Error('the database is away');
          return 1n;
        },
      });
      expect(texts(await until(2))).toEqual(['1', '2']);
    });

    it('tells what a group has not handled yet', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      const group = bench().group();
      const hold = gate();
      const { sub, until } = await bench().collect(bus, { topics: [topic], group, onBatch: () => hold.opened });
      await bus.publish(topic, numbered(25));
      await eventually(async () => (await bus.lag(group)).get(`${topic}/0`) === 25n);
      hold.open();
      await until(25);
      await eventually(async () => (await bus.lag(group)).get(`${topic}/0`) === 0n);
      await sub.stop();
      await bus.publish(topic, numbered(4));
      expect((await bus.lag(group)).get(`${topic}/0`)).toBe(4n);
    });

    it('moves a group that nobody works in, and no other', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      const group = bench().group();
      await bus.publish(topic, numbered(5, 1));
      const first = await bench().collect(bus, { topics: [topic], group });
      await first.until(5);
      await expect(bus.seek(group, { topic, partition: 0, offset: 3n })).rejects.toMatchObject({
        code: 'group-active',
      });
      await first.sub.stop();
      await bus.seek(group, { topic, partition: 0, offset: 3n });
      const second = await bench().collect(bus, { topics: [topic], group });
      expect(texts(await second.until(2))).toEqual(['3', '4']);
    });

    it('comes back after the engine was gone: nothing lost, nothing overtaken', async () => {
      const bus = bench().bus();
      const topic = await bench().topic();
      const { received } = await bench().collect(bench().bus(), { topics: [topic], sessionTimeoutMs: 3_000 });
      const publishAll = async () => {
        for (let first = 0; first < 200; first += 10) {
          await persistently(() => bus.publish(topic, numbered(10, 7, first)));
        }
      };
      const published = publishAll();
      await eventually(() => received.length > 0);
      await bench().disrupt();
      await published;
      await eventually(() => new Set(texts(received)).size === 200);
      expect(inOrderPerKey(received)).toBe(true);
      await bench().bus().ping();
    }, 180_000);
  });
}
