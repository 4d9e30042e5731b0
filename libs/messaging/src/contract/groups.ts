import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { eventually, gate, inOrderPerKey, message, numbered, texts, type Bench } from './fixture.js';

/** Of members that others wait for: short, but longer than a busy machine keeps one from showing that it is alive. */
const sessionTimeoutMs = 6_000;

/** What the members of a group promise each other, and how a bus ends. */
export function groupContract(bench: () => Bench): void {
  describe('groups', () => {
    it('share the partitions: each belongs to one member', async () => {
      const topic = await bench().topic(4);
      const group = bench().group();
      const one = await bench().collect(bench().bus(), { topics: [topic], group });
      const two = await bench().collect(bench().bus(), { topics: [topic], group });
      const shares = () => [one, two].map(({ sub }) => sub.status().assigned.map((each) => each.partition));
      await eventually(() => shares().every((share) => share.length === 2));
      expect(shares().flat().sort()).toEqual([0, 1, 2, 3]);
      await bench().bus().publish(topic, numbered(100, 20));
      await eventually(() => one.received.length + two.received.length >= 100);
      expect(one.received.length).toBeGreaterThan(0);
      expect(two.received.length).toBeGreaterThan(0);
      expect(new Set(texts([...one.received, ...two.received])).size).toBe(100);
    });

    it('neither lose nor reorder while members come and go under load', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(4);
      const group = bench().group();
      const log: Awaited<ReturnType<Bench['collect']>>['received'] = [];
      const member = () =>
        bench().collect(bench().bus(), {
          topics: [topic],
          group,
          maxBatch: 5,
          async onBatch(batch) {
            log.push(...batch);
          },
        });
      const seen = () => new Set(texts(log)).size;
      const first = await member();
      const publishing = (async () => {
        for (let start = 0; start < 1000; start += 20) await bus.publish(topic, numbered(20, 13, start));
      })();
      await eventually(() => seen() > 50);
      const second = await member();
      await first.sub.stop();
      const third = await member();
      await publishing;
      await second.sub.stop();
      await eventually(() => seen() === 1000);
      expect(third.sub.status().status).toBe('live');
      expect(inOrderPerKey(log)).toBe(true);
    }, 120_000);

    it('let a member work long as long as it shows signs of life', async () => {
      const topic = await bench().topic(1);
      const group = bench().group();
      const started = gate();
      const first = await bench().collect(bench().bus(), {
        topics: [topic],
        group,
        sessionTimeoutMs,
        async onBatch(batch, { heartbeat }) {
          if (!texts(batch).includes('long')) return;
          started.open();
          for (const end = Date.now() + 2.5 * sessionTimeoutMs; Date.now() < end; await wait(100)) await heartbeat();
        },
      });
      await bench()
        .bus()
        .publish(topic, [message('key', 'long')]);
      await started.opened;
      const handledBySecond: string[] = [];
      const sub = await bench()
        .bus()
        .subscribe({
          group,
          topics: [topic],
          from: 'earliest',
          maxBatch: 10,
          sessionTimeoutMs,
          async onBatch(batch) {
            handledBySecond.push(...texts(batch));
          },
        });
      expect(texts(await first.until(1))).toEqual(['long']);
      await sub.joined();
      await bench()
        .bus()
        .publish(topic, [message('key', 'next')]);
      await eventually(() => first.received.length + handledBySecond.length === 2);
      expect(handledBySecond).not.toContain('long');
    }, 120_000);

    it('take over from a member that fell silent, and fence it: its late commit changes nothing', async () => {
      const bus = bench().bus();
      const topic = await bench().topic(1);
      const group = bench().group();
      const started = gate();
      const wakeUp = gate();
      let tooLate: unknown;
      let zombieCalls = 0;
      const zombie = await bench().collect(bench().bus(), {
        topics: [topic],
        group,
        sessionTimeoutMs,
        async onBatch(_, { heartbeat }) {
          if (zombieCalls++ > 0) return;
          started.open();
          await wakeUp.opened;
          tooLate = await heartbeat().catch((error: unknown) => error);
        },
      });
      await bus.publish(topic, [message('key', '0')]);
      await started.opened;
      const heir = await bench().collect(bench().bus(), { topics: [topic], group, sessionTimeoutMs });
      await heir.until(1);
      await bus.publish(topic, [message('key', '1')]);
      await heir.until(2);
      wakeUp.open();
      await eventually(() => tooLate !== undefined);
      expect(tooLate).toMatchObject({ code: 'lease-lost' });
      await bus.publish(topic, [message('key', '2')]);
      await eventually(() => texts([...heir.received, ...zombie.received]).includes('2'));
      await eventually(async () => (await bus.lag(group)).get(`${topic}/0`) === 0n);
      expect(texts(heir.received).slice(0, 2)).toEqual(['0', '1']);
      expect(texts([...heir.received, ...zombie.received]).filter((text) => text === '1')).toHaveLength(1);
    }, 120_000);

    it('have one set of topics: a member with another is refused, loudly', async () => {
      const topics = [await bench().topic(1), await bench().topic(1)];
      const group = bench().group();
      const first = await bench().collect(bench().bus(), { topics, group });
      const bus = bench().bus();
      const nothing = { group, topics: topics.slice(0, 1), from: 'earliest' as const, maxBatch: 1 };
      const second = await bus.subscribe({ ...nothing, onBatch: async () => undefined });
      await expect(second.joined()).rejects.toMatchObject({ code: 'subscription-mismatch' });
      expect(second.status().status).toBe('halted');
      expect(bus.health()).toMatchObject({ ok: false, detail: expect.stringContaining(group) as unknown });
      expect(first.sub.status().status).toBe('live');
    });
  });

  describe('closing', () => {
    it('may be asked for many times at once, finishes what was accepted, refuses the rest', async () => {
      const bus = bench().bus();
      const topic = await bench().topic();
      await bus.publish(topic, [message('warm', 'up')]);
      const accepted = Promise.all(Array.from({ length: 20 }, (_, n) => bus.publish(topic, numbered(5, 3, n * 5))));
      await accepted;
      await bench().collect(bus, { topics: [topic] });
      await Promise.all([bus.close(), bus.close(), bus.close()]);
      await expect(bus.publish(topic, [message('key')])).rejects.toMatchObject({ code: 'bus-closed' });
      expect(bus.health()).toMatchObject({ ok: false, detail: 'closed' });
      const { until } = await bench().collect(bench().bus(), { topics: [topic] });
      expect(await until(101)).toHaveLength(101);
    });

    it('leaves the group, so that others need not wait for a time-out', async () => {
      const topic = await bench().topic(2);
      const group = bench().group();
      const leaving = bench().bus();
      await bench().collect(leaving, { topics: [topic], group, sessionTimeoutMs: 30_000 });
      const staying = await bench().collect(bench().bus(), { topics: [topic], group, sessionTimeoutMs: 30_000 });
      await leaving.close();
      await eventually(() => staying.sub.status().assigned.length === 2);
    });
  });
}
