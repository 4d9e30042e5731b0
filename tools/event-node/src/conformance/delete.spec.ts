import {
  type EventStoreDBClient,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { collect, connect, events, newStream, revisionsOf, targets } from './target.js';

const tombstoneRevision = 9_223_372_036_854_775_807n;

describe.each(targets())('deleting and metadata on $name', (target) => {
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
  const read = async (stream: string) => revisionsOf(await collect(client.readStream(stream)));
  const backwards = async (stream: string) =>
    revisionsOf(await collect(client.readStream(stream, { direction: 'backwards', fromRevision: 'end' })));
  const inAll = async (stream: string) =>
    (await collect(client.readAll())).filter(({ event }) => event?.streamId === stream);
  const append = (stream: string, expectedRevision: bigint | 'any' | 'no_stream' | 'stream_exists') =>
    client.appendToStream(stream, events(1), { expectedRevision });

  describe('a soft-deleted stream', () => {
    test('is not found, forwards or backwards', async () => {
      const stream = await written(3);
      const { position } = await client.deleteStream(stream, { expectedRevision: 2n });
      expect(position?.commit).toBeGreaterThan(0n);
      await expect(read(stream)).rejects.toThrow(StreamNotFoundError);
      await expect(backwards(stream)).rejects.toThrow(StreamNotFoundError);
    });

    test('stays in $all', async () => {
      const stream = await written(3);
      await client.deleteStream(stream);
      expect(revisionsOf(await inAll(stream))).toEqual([0n, 1n, 2n]);
    });

    test.each([
      ['at its old head', 2n],
      ['with no_stream', 'no_stream'],
      ['with any', 'any'],
    ] as const)('is opened again %s, after its old events', async (_, expectedRevision) => {
      const stream = await written(3);
      await client.deleteStream(stream);
      expect(await append(stream, expectedRevision)).toMatchObject({ nextExpectedRevision: 3n });
      expect(await read(stream)).toEqual([3n]);
      expect(await backwards(stream)).toEqual([3n]);
      const { metadata } = await client.getStreamMetadata(stream);
      expect(metadata).toMatchObject({ truncateBefore: 3 });
    });

    test('does not exist for stream_exists', async () => {
      const stream = await written(1);
      await client.deleteStream(stream);
      await expect(append(stream, 'stream_exists')).rejects.toThrow(StreamDeletedError);
    });

    test('is opened again by setting its metadata, which is kept', async () => {
      const stream = await written(3);
      await client.deleteStream(stream);
      await client.setStreamMetadata(stream, { owner: 'somebody' });
      expect(await read(stream)).toEqual([]);
      expect((await client.getStreamMetadata(stream)).metadata).toMatchObject({ owner: 'somebody', truncateBefore: 3 });
    });

    test('loses its other metadata', async () => {
      const stream = await written(1);
      await client.setStreamMetadata(stream, { maxCount: 5 });
      await client.deleteStream(stream);
      const { metadata } = await client.getStreamMetadata(stream);
      expect(metadata?.maxCount).toBeUndefined();
      // Written as 2^63 - 1, which JSON.parse rounds.
      expect(metadata?.truncateBefore).toBe(2 ** 63 - 1);
    });

    test('must have been at the expected revision', async () => {
      const stream = await written(3);
      const error = await client.deleteStream(stream, { expectedRevision: 1n }).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({ streamName: stream, expectedVersion: 1n, actualVersion: 2n });
      expect(await read(stream)).toHaveLength(3);
    });

    test('must have been written once', async () => {
      await expect(client.deleteStream(newStream())).rejects.toThrow(WrongExpectedVersionError);
    });
  });

  describe('a tombstoned stream', () => {
    test('is deleted for readers and for writers, whatever they expect', async () => {
      const stream = await written(2);
      await client.tombstoneStream(stream, { expectedRevision: 1n });
      await expect(read(stream)).rejects.toThrow(StreamDeletedError);
      await expect(backwards(stream)).rejects.toThrow(StreamDeletedError);
      for (const expected of ['any', 'no_stream', 'stream_exists', 1n] as const) {
        await expect(append(stream, expected)).rejects.toMatchObject({ type: 'stream-deleted', streamName: stream });
      }
      await expect(client.tombstoneStream(stream)).rejects.toThrow(StreamDeletedError);
      await expect(client.deleteStream(stream)).rejects.toThrow(StreamDeletedError);
    });

    test('ends in $all with $streamDeleted at revision 2^63 - 1', async () => {
      const stream = await written(1);
      await client.tombstoneStream(stream);
      const last = (await inAll(stream)).at(-1)?.event;
      expect(last).toMatchObject({ type: '$streamDeleted', revision: tombstoneRevision });
    });

    test('may never have been written', async () => {
      const stream = newStream();
      await client.tombstoneStream(stream, { expectedRevision: 'no_stream' });
      await expect(append(stream, 'any')).rejects.toThrow(StreamDeletedError);
    });

    test('must have been at the expected revision', async () => {
      const stream = await written(1);
      await expect(client.tombstoneStream(stream, { expectedRevision: 7n })).rejects.toThrow(WrongExpectedVersionError);
    });

    test('has metadata that can be written but not read', async () => {
      const stream = await written(1);
      await client.tombstoneStream(stream);
      await expect(client.setStreamMetadata(stream, { owner: 'nobody' })).resolves.toMatchObject({ success: true });
      await expect(client.getStreamMetadata(stream)).rejects.toThrow(StreamDeletedError);
    });
  });

  describe('stream metadata', () => {
    test('is what was set last, and guarded by its own revision', async () => {
      const stream = await written(1);
      expect(await client.getStreamMetadata(stream)).toEqual({ streamName: stream });
      await client.setStreamMetadata(stream, { maxCount: 9 }, { expectedRevision: 'no_stream' });
      await client.setStreamMetadata(stream, { colour: 'green' }, { expectedRevision: 0n });
      await expect(client.setStreamMetadata(stream, {}, { expectedRevision: 0n })).rejects.toThrow(
        WrongExpectedVersionError,
      );
      expect((await client.getStreamMetadata(stream)).metadata).toEqual({ colour: 'green' });
    });

    test('shows its newest event only: metadata streams keep one', async () => {
      const stream = await written(1);
      await client.setStreamMetadata(stream, { n: 1 });
      await client.setStreamMetadata(stream, { n: 2 });
      expect(await read(`$$${stream}`)).toEqual([1n]);
    });

    test('$maxCount shows the newest events only, in both directions', async () => {
      const stream = await written(10);
      await client.setStreamMetadata(stream, { maxCount: 3 });
      expect(await read(stream)).toEqual([7n, 8n, 9n]);
      expect(await backwards(stream)).toEqual([9n, 8n, 7n]);
      await append(stream, 9n);
      expect(await read(stream)).toEqual([8n, 9n, 10n]);
    });

    test('$tb hides what is before it', async () => {
      const stream = await written(10);
      await client.setStreamMetadata(stream, { truncateBefore: 8 });
      expect(await read(stream)).toEqual([8n, 9n]);
      expect(await backwards(stream)).toEqual([9n, 8n]);
      expect(revisionsOf(await collect(client.readStream(stream, { fromRevision: 2n, maxCount: 1 })))).toEqual([8n]);
    });

    test('the higher of $tb and $maxCount counts', async () => {
      const stream = await written(10);
      await client.setStreamMetadata(stream, { truncateBefore: 5, maxCount: 8 });
      expect(await read(stream)).toEqual([5n, 6n, 7n, 8n, 9n]);
    });

    test('$maxAge shows what is young enough', async () => {
      const stream = await written(3);
      await client.setStreamMetadata(stream, { maxAge: 3600 });
      expect(await read(stream)).toEqual([0n, 1n, 2n]);
    });

    test('hidden events stay in $all and their revisions are never given again', async () => {
      const stream = await written(3);
      await client.setStreamMetadata(stream, { truncateBefore: 3 });
      expect(await read(stream)).toEqual([]);
      expect(revisionsOf(await inAll(stream))).toEqual([0n, 1n, 2n]);
      expect(await append(stream, 2n)).toMatchObject({ nextExpectedRevision: 3n });
    });

    test('is lifted by metadata without rules', async () => {
      const stream = await written(3);
      await client.setStreamMetadata(stream, { maxCount: 1 });
      await client.setStreamMetadata(stream, {});
      expect(await read(stream)).toEqual([0n, 1n, 2n]);
    });
  });
});
