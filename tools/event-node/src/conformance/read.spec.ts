import { type EventStoreDBClient, StreamDeletedError, StreamNotFoundError } from '@eventstore/db-client';
import { collect, connect, events, newStream, revisionsOf, targets } from './target.js';

describe.each(targets())('reading from $name', (target) => {
  let server: Awaited<ReturnType<typeof target.start>>;
  let client: EventStoreDBClient;

  beforeAll(async () => {
    server = await target.start();
    client = connect(server.url);
  });
  afterAll(async () => {
    await client.dispose();
    await server.stop();
  });

  async function written(count: number): Promise<string> {
    const stream = newStream();
    await client.appendToStream(stream, events(count), { expectedRevision: 'no_stream' });
    return stream;
  }

  describe('a stream', () => {
    test('forwards and backwards, from either end', async () => {
      const stream = await written(4);
      expect(revisionsOf(await collect(client.readStream(stream)))).toEqual([0n, 1n, 2n, 3n]);
      const back = client.readStream(stream, { direction: 'backwards', fromRevision: 'end' });
      expect(revisionsOf(await collect(back))).toEqual([3n, 2n, 1n, 0n]);
    });

    test('from a revision, which is included in both directions', async () => {
      const stream = await written(4);
      const forwards = client.readStream(stream, { fromRevision: 2n });
      const backwards = client.readStream(stream, { direction: 'backwards', fromRevision: 2n });
      expect(revisionsOf(await collect(forwards))).toEqual([2n, 3n]);
      expect(revisionsOf(await collect(backwards))).toEqual([2n, 1n, 0n]);
    });

    test('no more than asked for', async () => {
      const stream = await written(4);
      expect(await collect(client.readStream(stream, { maxCount: 2 }))).toHaveLength(2);
    });

    test('past its end there is nothing, and that is no error', async () => {
      const stream = await written(2);
      expect(await collect(client.readStream(stream, { fromRevision: 2n }))).toEqual([]);
    });

    test('backwards from beyond its end begins at the end', async () => {
      const stream = await written(2);
      const back = client.readStream(stream, { direction: 'backwards', fromRevision: 99n });
      expect(revisionsOf(await collect(back))).toEqual([1n, 0n]);
    });

    test('of many pages comes whole and in order', async () => {
      const stream = await written(1_200);
      const revisions = revisionsOf(await collect(client.readStream(stream)));
      expect(revisions).toEqual(Array.from({ length: 1_200 }, (_, n) => BigInt(n)));
      const back = client.readStream(stream, { direction: 'backwards', fromRevision: 'end' });
      expect(revisionsOf(await collect(back))).toEqual(revisions.toReversed());
    });

    test.each(['forwards', 'backwards'] as const)('that was never written is not found, %s', async (direction) => {
      await expect(collect(client.readStream(newStream(), { direction }))).rejects.toThrow(StreamNotFoundError);
    });

    test('with a name beyond ASCII is read, not found and deleted like any other', async () => {
      const stream = `größe-日本-${newStream()}`;
      await expect(collect(client.readStream(stream))).rejects.toThrow(StreamNotFoundError);
      await client.appendToStream(stream, events(1), { expectedRevision: 'no_stream' });
      expect((await collect(client.readStream(stream)))[0]?.event?.streamId).toBe(stream);
      await expect(client.deleteStream(stream, { expectedRevision: 9n })).rejects.toMatchObject({
        type: 'wrong-expected-version',
      });
      await client.tombstoneStream(stream);
      await expect(collect(client.readStream(stream))).rejects.toThrow(StreamDeletedError);
    });
  });

  describe('$all', () => {
    const ours = (all: Awaited<ReturnType<typeof collect>>, streams: string[]) =>
      all.filter(({ event }) => event !== undefined && streams.includes(event.streamId));

    test('has every event in the order of its position, forwards and backwards', async () => {
      const streams = [await written(3), await written(2)];
      const all = await collect(client.readAll());
      const positions = all.map(({ event }) => event?.position?.commit ?? 0n);
      expect(positions).toEqual(positions.toSorted((a, b) => (a < b ? -1 : 1)));
      expect(ours(all, streams)).toHaveLength(5);
      const back = await collect(client.readAll({ direction: 'backwards', fromPosition: 'end' }));
      expect(ours(back, streams).map(({ event }) => event?.id)).toEqual(
        ours(all, streams)
          .map(({ event }) => event?.id)
          .toReversed(),
      );
    });

    test('forwards includes the position it begins at', async () => {
      const stream = await written(3);
      const position = (await collect(client.readStream(stream)))[1]?.event?.position;
      const all = await collect(client.readAll({ fromPosition: position ?? 'end' }));
      expect(revisionsOf(ours(all, [stream]))).toEqual([1n, 2n]);
    });

    test('backwards excludes the position it begins at', async () => {
      const stream = await written(3);
      const position = (await collect(client.readStream(stream)))[1]?.event?.position;
      const back = await collect(client.readAll({ direction: 'backwards', fromPosition: position ?? 'end' }));
      expect(revisionsOf(ours(back, [stream]))).toEqual([0n]);
    });

    test('from the end forwards and from the start backwards there is nothing', async () => {
      await written(1);
      expect(await collect(client.readAll({ fromPosition: 'end' }))).toEqual([]);
      expect(await collect(client.readAll({ fromPosition: 'start', direction: 'backwards' }))).toEqual([]);
    });

    test('no more than asked for', async () => {
      await written(3);
      expect(await collect(client.readAll({ maxCount: 2 }))).toHaveLength(2);
    });

    test('has events of the server itself, so that readers who forget to filter find out', async () => {
      const all = await collect(client.readAll());
      expect(all.some(({ event }) => event?.streamId.startsWith('$'))).toBe(true);
    });

    test('commit and prepare position are the same number', async () => {
      const [resolved] = await collect(client.readStream(await written(1)));
      expect(resolved?.event?.position?.commit).toBe(resolved?.event?.position?.prepare);
      expect(resolved?.commitPosition).toBe(resolved?.event?.position?.commit);
    });
  });

  test('a reader that stops early ends its call, and the client goes on', async () => {
    const stream = await written(500);
    for await (const { event } of client.readStream(stream)) if (event?.revision === 3n) break;
    expect(await collect(client.readStream(stream))).toHaveLength(500);
  });
});
