import {
  type AllStreamSubscription,
  type EventStoreDBClient,
  eventTypeFilter,
  excludeSystemEvents,
  type Position,
  type ResolvedEvent,
  StreamDeletedError,
  streamNameFilter,
  type StreamSubscription,
} from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import { collect, connect, event, events, newStream, revisionsOf, targets } from './target.js';

/** Gathers what a subscription gives, and waits for it by condition. */
function gather(subscription: StreamSubscription | AllStreamSubscription) {
  const seen: ResolvedEvent[] = [];
  let caughtUp = 0;
  let failure: unknown;
  const waiting = new Set<() => void>();
  const changed = () => {
    for (const check of waiting) check();
  };
  subscription.on('data', (resolved) => {
    seen.push(resolved);
    changed();
  });
  subscription.on('caughtUp', () => {
    caughtUp += 1;
    changed();
  });
  subscription.on('error', (error) => {
    failure = error;
    changed();
  });
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!holds()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  return {
    seen,
    caughtUp: () => until(() => caughtUp > 0),
    timesCaughtUp: () => caughtUp,
    count: (count: number) => until(() => seen.length >= count),
    failed: async () => {
      await until(() => failure !== undefined);
      return failure;
    },
  };
}

describe.each(targets())('subscribing to $name', (target) => {
  let server: Awaited<ReturnType<typeof target.start>>;
  let client: EventStoreDBClient;
  const open: (StreamSubscription | AllStreamSubscription)[] = [];

  beforeAll(async () => {
    server = await target.start();
    client = connect(server.url);
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((subscription) => subscription.unsubscribe()));
  });
  afterAll(async () => {
    await client.dispose();
    await server.stop();
  });

  const follow = (subscription: StreamSubscription | AllStreamSubscription) => {
    open.push(subscription);
    return gather(subscription);
  };
  const write = (stream: string, count: number) =>
    client.appendToStream(stream, events(count), { expectedRevision: 'any' });

  describe('to a stream', () => {
    test('gives what there is, says it has caught up, and gives what comes', async () => {
      const stream = newStream();
      await write(stream, 3);
      const followed = follow(client.subscribeToStream(stream));
      await followed.caughtUp();
      expect(revisionsOf(followed.seen)).toEqual([0n, 1n, 2n]);
      await write(stream, 2);
      await followed.count(5);
      expect(revisionsOf(followed.seen)).toEqual([0n, 1n, 2n, 3n, 4n]);
      expect(followed.timesCaughtUp()).toBe(1);
    });

    test('begins after the revision it is given', async () => {
      const stream = newStream();
      await write(stream, 3);
      const followed = follow(client.subscribeToStream(stream, { fromRevision: 1n }));
      await followed.caughtUp();
      expect(revisionsOf(followed.seen)).toEqual([2n]);
    });

    test('from the end gives only what comes', async () => {
      const stream = newStream();
      await write(stream, 3);
      const followed = follow(client.subscribeToStream(stream, { fromRevision: 'end' }));
      await followed.caughtUp();
      await write(stream, 1);
      await followed.count(1);
      expect(revisionsOf(followed.seen)).toEqual([3n]);
    });

    test('waits for a stream that does not exist yet', async () => {
      const stream = newStream();
      const followed = follow(client.subscribeToStream(stream));
      await followed.caughtUp();
      await write(stream, 1);
      await followed.count(1);
      expect(revisionsOf(followed.seen)).toEqual([0n]);
    });

    test('ends when the stream is tombstoned', async () => {
      const stream = newStream();
      await write(stream, 1);
      const followed = follow(client.subscribeToStream(stream));
      await followed.caughtUp();
      await client.tombstoneStream(stream);
      expect(await followed.failed()).toBeInstanceOf(StreamDeletedError);
    });
  });

  describe('to $all', () => {
    test('gives every event once and in order, across catching up and live', async () => {
      const category = randomUUID();
      await write(newStream(category), 700);
      const followed = follow(client.subscribeToAll());
      const writing = Array.from({ length: 30 }, () => write(newStream(category), 10));
      await Promise.all(writing);
      const ours = () => followed.seen.filter(({ event: e }) => e?.streamId.startsWith(category));
      const last = (await collect(client.readAll({ direction: 'backwards', fromPosition: 'end', maxCount: 1 })))[0];
      for (let n = 1; followed.seen.at(-1)?.event?.id !== last?.event?.id; n += 1) await followed.count(n);
      expect(ours()).toHaveLength(1_000);
      expect(new Set(ours().map(({ event: e }) => e?.id)).size).toBe(1_000);
      const read = (await collect(client.readAll())).map(({ event: e }) => e?.id);
      expect(followed.seen.map(({ event: e }) => e?.id)).toEqual(read);
    });

    test('begins after the position it is given', async () => {
      const stream = newStream();
      await write(stream, 3);
      const position = (await collect(client.readStream(stream)))[1]?.event?.position;
      const followed = follow(client.subscribeToAll({ fromPosition: position ?? 'end' }));
      await followed.caughtUp();
      const ours = followed.seen.filter(({ event: e }) => e?.streamId === stream);
      expect(revisionsOf(ours)).toEqual([2n]);
    });

    test('from the end gives only what comes', async () => {
      const stream = newStream();
      await write(stream, 3);
      const followed = follow(client.subscribeToAll({ fromPosition: 'end' }));
      await followed.caughtUp();
      expect(followed.seen).toEqual([]);
      await write(stream, 1);
      await followed.count(1);
      expect(revisionsOf(followed.seen)).toEqual([3n]);
    });

    test('with several prefixes gives the streams of these categories and no other', async () => {
      const [a, b, c] = [randomUUID(), randomUUID(), randomUUID()];
      await Promise.all([write(newStream(a), 1), write(newStream(b), 1), write(newStream(c), 1)]);
      const filter = streamNameFilter({ prefixes: [`${a}-`, `${b}-`] });
      const followed = follow(client.subscribeToAll({ filter }));
      await followed.caughtUp();
      await Promise.all([write(newStream(c), 5), write(newStream(a), 1)]);
      await followed.count(3);
      const categories = followed.seen.map(({ event: e }) => e?.streamId.slice(0, a.length));
      expect(new Set(categories)).toEqual(new Set([a, b]));
    });

    test('by event type, by prefix and by expression', async () => {
      const type = `type-${randomUUID()}`;
      await client.appendToStream(newStream(), [event(`${type}-a`), event('other'), event(`${type}-b`)], {
        expectedRevision: 'any',
      });
      const byPrefix = follow(client.subscribeToAll({ filter: eventTypeFilter({ prefixes: [type] }) }));
      const byRegex = follow(client.subscribeToAll({ filter: eventTypeFilter({ regex: `^${type}-b$` }) }));
      await byPrefix.count(2);
      await byRegex.count(1);
      expect(byRegex.seen[0]?.event?.type).toBe(`${type}-b`);
    });

    test('without system events', async () => {
      const followed = follow(client.subscribeToAll({ filter: excludeSystemEvents() }));
      await write(newStream(), 1);
      await followed.caughtUp();
      expect(followed.seen.every(({ event: e }) => !e?.type.startsWith('$'))).toBe(true);
    });
  });

  describe('checkpoints', () => {
    /** Checkpoints and events in the order in which they came. */
    function withCheckpoints(category: string, options: { maxSearchWindow?: number; checkpointInterval?: number }) {
      const checkpoints: Position[] = [];
      const arrived = new Set<() => void>();
      const filter = streamNameFilter({
        prefixes: [`${category}-`],
        ...options,
        checkpointReached: async (_, position) => {
          checkpoints.push(position);
          for (const check of arrived) check();
        },
      });
      const followed = follow(client.subscribeToAll({ filter }));
      const past = (position: Position | undefined) =>
        new Promise<void>((resolve) => {
          const check = () => {
            if (!checkpoints.some((reached) => reached.commit >= (position?.commit ?? 0n))) return;
            arrived.delete(check);
            resolve();
          };
          arrived.add(check);
          check();
        });
      return { ...followed, checkpoints, past };
    }

    test('come although nothing matches, so that a sparse filter does not begin again at the start', async () => {
      const nobody = randomUUID();
      const { position } = await write(newStream(), 200);
      const followed = withCheckpoints(nobody, {});
      await followed.caughtUp();
      await write(newStream(), 100);
      await followed.past(position);
      expect(followed.seen).toEqual([]);
    });

    test('come each maxSearchWindow x checkpointInterval considered events while living', async () => {
      const nobody = randomUUID();
      const followed = withCheckpoints(nobody, { maxSearchWindow: 5, checkpointInterval: 2 });
      await followed.caughtUp();
      const before = followed.checkpoints.length;
      const { position } = await write(newStream(), 100);
      // 100 events make ten intervals; the first may have begun before, the last may still be open.
      const newest = await collect(
        client.readAll({ direction: 'backwards', fromPosition: position ?? 'end', maxCount: 15 }),
      );
      await followed.past(newest.at(-1)?.event?.position);
      expect(followed.checkpoints.length - before).toBeGreaterThanOrEqual(8);
      expect(followed.checkpoints.length - before).toBeLessThanOrEqual(11);
    });

    test('only grow, and nothing that matches lies between a checkpoint and the events after it', async () => {
      const category = randomUUID();
      for (let n = 0; n < 5; n += 1) {
        await write(newStream(), 40);
        await write(newStream(category), 1);
      }
      const followed = withCheckpoints(category, { maxSearchWindow: 10, checkpointInterval: 1 });
      await followed.count(5);
      const commits = followed.checkpoints.map(({ commit }) => commit);
      expect(commits).toEqual(commits.toSorted((a, b) => (a < b ? -1 : 1)));
      const checkpoint = followed.checkpoints[2];
      const again = withCheckpoints(category, {});
      await again.count(5);
      const rest = follow(
        client.subscribeToAll({
          fromPosition: checkpoint ?? 'end',
          filter: streamNameFilter({ prefixes: [`${category}-`] }),
        }),
      );
      await rest.caughtUp();
      const expected = again.seen.filter(({ event: e }) => (e?.position?.commit ?? 0n) > (checkpoint?.commit ?? 0n));
      expect(rest.seen.map(({ event: e }) => e?.id)).toEqual(expected.map(({ event: e }) => e?.id));
    });
  });
});
