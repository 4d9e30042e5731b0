import { describe, expect, it } from '@jest/globals';
import { maxMessageBytes } from '../message.js';
import { byKey, message, numbered, texts, type Bench } from './fixture.js';

/** What publishing promises. */
export function publishingContract(bench: () => Bench): void {
  describe('publishing', () => {
    it('delivers key, id, type, time, headers and bytes unchanged', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      const sent = message('müller/42', '', {
        value: Uint8Array.from([0, 255, 128, 10]),
        time: Date.parse('2026-01-02T03:04:05.678Z'),
        headers: { ce_source: '/annals/test', 'x-note': 'grüße, 世界 "quoted" \\ \n end', empty: '' },
      });
      const [published] = await bus.publish(topic, [sent]);
      const { until } = await bench().collect(bus, { topics: [topic] });
      const [got] = await until(1);
      expect({ ...got, value: [...got!.value] }).toEqual({
        ...sent,
        value: [0, 255, 128, 10],
        topic,
        partition: published!.partition,
        offset: published!.offset,
        attempt: 1,
      });
    });

    it('says where each message went, in the order given, without gaps', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(3);
      const sent = numbered(60);
      const published = [
        ...(await bus.publish(topic, sent.slice(0, 25))),
        ...(await bus.publish(topic, sent.slice(25))),
      ];
      const { until } = await bench().collect(bus, { topics: [topic] });
      const got = await until(60);
      sent.forEach(({ id }, index) => {
        const found = got.find((each) => each.id === id)!;
        expect({ partition: found.partition, offset: found.offset }).toEqual(published[index]);
      });
      for (const partition of [0, 1, 2]) {
        const offsets = published.filter((each) => each.partition === partition).map((each) => each.offset);
        expect(offsets).toEqual(offsets.map((_, index) => BigInt(index)));
      }
    });

    it('puts a key into the partition every Java-compatible client would choose', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(12);
      const published = await bus.publish(
        topic,
        ['21', 'foobar', 'a-little-bit-long-string', 'a-little-bit-longer-string', 'abc', 'müller'].map((key) =>
          message(key),
        ),
      );
      // (murmur2 & 0x7fffffff) % 12, from the hashes of the Java client's own test.
      expect(published.map((each) => each.partition)).toEqual([0, 6, 8, 11, 3, 11]);
    });

    it('keeps the order of each key among many publishes at once', async () => {
      const bus = bench().bus();
      const topic = await bench().topic();
      const sent = numbered(1000, 5);
      await Promise.all(Array.from({ length: 100 }, (_, n) => bus.publish(topic, sent.slice(n * 10, n * 10 + 10))));
      const { until } = await bench().collect(bus, { topics: [topic] });
      for (const seen of byKey(await until(1000)).values()) expect(seen).toEqual([...seen].sort((a, b) => a - b));
    });

    it('publishes nothing when there is nothing', async () => {
      expect(
        await bench()
          .bus()
          .publish(await bench().topic(), []),
      ).toEqual([]);
    });

    it.each([
      ['an empty key', { key: '' }],
      ['NUL in a header', { headers: { note: 'a\0b' } }],
      ['half a surrogate pair', { headers: { note: '\ud800' } }],
      ['a header name in upper case', { headers: { Note: 'x' } }],
      ['a header that the bus sets', { headers: { ce_id: 'x' } }],
      ['an empty id', { id: '' }],
      ['a time that is none', { time: Number.NaN }],
      ['too many bytes', { value: new Uint8Array(maxMessageBytes) }],
    ])('refuses %s, and nothing of that batch is published', async (_, wrong) => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      const refused = bus.publish(topic, [message('fine', 'fine'), message('key', 'text', wrong)]);
      await expect(refused).rejects.toMatchObject({ code: 'invalid-message' });
      await bus.publish(topic, [message('key', 'next')]);
      const { until } = await bench().collect(bus, { topics: [topic] });
      expect(texts(await until(1))).toEqual(['next']);
    });

    it('carries messages that together are larger than one request', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      const sent = Array.from({ length: 5 }, (_, n) => message('key', '', { value: Buffer.alloc(400_000, n) }));
      await bus.publish(topic, sent);
      const { until } = await bench().collect(bus, { topics: [topic] });
      expect((await until(5)).map((each) => each.value[399_999])).toEqual([0, 1, 2, 3, 4]);
    });

    it('refuses a topic that does not exist', async () => {
      const publish = bench()
        .bus()
        .publish('t-nobody-made-this', [message('key')]);
      await expect(publish).rejects.toMatchObject({ code: 'unknown-topic' });
    });

    it('makes a topic once, and never with another number of partitions', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(2);
      await Promise.all([1, 2, 3].map(() => bus.ensureTopics([{ topic, partitions: 2 }])));
      await expect(bus.ensureTopics([{ topic, partitions: 3 }])).rejects.toMatchObject({
        code: 'topic-partitions-differ',
      });
    });
  });
}
