import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { BusError, type Bus, type InMsg, type OutMsg, type Sub, type SubscribeOptions } from '../bus.js';

/** What an engine brings to the contract. */
export interface BusFixture {
  /** A client of its own, as another process would have. */
  connect(): Bus;
  /** Breaks every connection, or the broker; resolves when the engine is back. */
  disrupt(): Promise<void>;
  dispose(): Promise<void>;
}

/** One test's share of an engine: names of its own, and everything it opened is closed at its end. */
export interface Bench {
  bus(): Bus;
  topic(partitions?: number): Promise<string>;
  group(): string;
  collect(bus: Bus, options: Partial<SubscribeOptions> & { topics: readonly string[] }): Promise<Collector>;
  disrupt(): Promise<void>;
  close(): Promise<void>;
}

export interface Collector {
  sub: Sub;
  received: InMsg[];
  /** Resolves when as many messages have been handled. */
  until: (count: number) => Promise<InMsg[]>;
}

export function createBench(fixture: BusFixture): Bench {
  const buses: Bus[] = [];
  const bus = () => {
    const made = fixture.connect();
    buses.push(made);
    return made;
  };
  const admin = bus();
  return {
    bus,
    async topic(partitions = 4) {
      // Of the service that writes letters in tests.
      const topic = `test.${randomUUID()}`;
      await admin.ensureTopics([{ topic, partitions }]);
      return topic;
    },
    group: () => `g-${randomUUID()}`,
    async collect(on, options) {
      const received: InMsg[] = [];
      const sub = await on.subscribe({
        group: `g-${randomUUID()}`,
        from: 'earliest',
        maxBatch: 100,
        ...options,
        async onBatch(batch, context) {
          await options.onBatch?.(batch, context);
          received.push(...batch);
        },
      });
      await sub.joined();
      const until = async (count: number) => {
        await eventually(() => received.length >= count);
        return received;
      };
      return { sub, received, until };
    },
    disrupt: () => fixture.disrupt(),
    async close() {
      await Promise.all(buses.map((each) => each.close(200)));
    },
  };
}

const vainAfterMs = 60_000;

/** Waits for a condition. Ends some time after the test that waits in vain, so that it keeps no process alive. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + vainAfterMs; !(await condition()); await wait(10)) {
    if (Date.now() > end) throw new Error('waited in vain');
  }
}

/** Tries until it goes well; gives up when the bus was closed, as at the end of a test that failed. */
export async function persistently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (error instanceof BusError && error.code === 'bus-closed') throw error;
      await wait(10);
    }
  }
}

/** A gate that handlers wait at until it is opened. */
export function gate(): { opened: Promise<void>; open(): void } {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

export function message(key: string, text = '', more: Partial<OutMsg> = {}): OutMsg {
  return { key, id: randomUUID(), type: 'thing.happened.v1', headers: {}, value: Buffer.from(text), ...more };
}

/** Numbered messages going round some keys. */
export function numbered(count: number, keys = 7, first = 0): OutMsg[] {
  return Array.from({ length: count }, (_, index) => message(`key-${(first + index) % keys}`, String(first + index)));
}

export const texts = (messages: readonly InMsg[]) => messages.map(({ value }) => Buffer.from(value).toString());

/** Texts of each key in the order handled. */
export function byKey(messages: readonly InMsg[]): Map<string, number[]> {
  const keys = new Map<string, number[]>();
  for (const { key, value } of messages) keys.set(key, [...(keys.get(key) ?? []), Number(Buffer.from(value))]);
  return keys;
}

/** Whether each key's first sightings rise: repeats are allowed, overtaking is not. */
export function inOrderPerKey(messages: readonly InMsg[]): boolean {
  return [...byKey(messages).values()].every((seen) => {
    const firsts = [...new Set(seen)];
    return firsts.every((value, index) => index === 0 || value > firsts[index - 1]!);
  });
}
