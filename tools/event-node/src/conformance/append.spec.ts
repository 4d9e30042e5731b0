import { randomUUID } from 'node:crypto';
import {
  binaryEvent,
  type EventStoreDBClient,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  WrongExpectedVersionError,
} from '@eventstore/db-client';
import { collect, connect, event, events, newStream, revisionsOf, targets } from './target.js';

describe.each(targets())('appending to $name', (target) => {
  let server: Awaited<ReturnType<typeof target.start>>;
  let client: EventStoreDBClient;
  const onlyHere = target.isNode
    ? test
    : (name: string) => {
        process.stdout.write(`SKIPPED, it is about our own node: ${name}\n`);
        test.skip(name, () => undefined);
      };

  beforeAll(async () => {
    server = await target.start();
    client = connect(server.url);
  });
  afterAll(async () => {
    await client.dispose();
    await server.stop();
  });

  const write = (stream: string, count: number, expectedRevision: bigint | 'any' | 'no_stream' | 'stream_exists') =>
    client.appendToStream(stream, events(count), { expectedRevision });
  const read = async (stream: string) => collect(client.readStream(stream));

  describe('expected revision', () => {
    test('no_stream begins a stream at revision 0', async () => {
      const result = await write(newStream(), 1, 'no_stream');
      expect(result).toMatchObject({ success: true, nextExpectedRevision: 0n });
    });

    test('no_stream on a written stream is refused with the actual revision', async () => {
      const stream = newStream();
      await write(stream, 2, 'no_stream');
      const error = await write(stream, 1, 'no_stream').catch((e: unknown) => e);
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({ streamName: stream, expectedVersion: 'no_stream', actualVersion: 1n });
    });

    test('the exact head is taken, and the next revision follows it', async () => {
      const stream = newStream();
      await write(stream, 1, 'no_stream');
      expect(await write(stream, 2, 0n)).toMatchObject({ nextExpectedRevision: 2n });
    });

    test.each([
      ['beyond the head', 5n],
      ['behind the head', 0n],
    ])('a revision %s is refused', async (_, expectedRevision) => {
      const stream = newStream();
      await write(stream, 3, 'no_stream');
      const error = await write(stream, 1, expectedRevision).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(WrongExpectedVersionError);
      expect(error).toMatchObject({ expectedVersion: expectedRevision, actualVersion: 2n });
    });

    test('an exact revision of a stream that was never written is refused, and there is no actual revision', async () => {
      const error = await write(newStream(), 1, 0n).catch((e: unknown) => e);
      expect(error).toMatchObject({ type: 'wrong-expected-version', actualVersion: 'no_stream' });
    });

    test('any takes every stream', async () => {
      const stream = newStream();
      await write(stream, 1, 'any');
      expect(await write(stream, 1, 'any')).toMatchObject({ nextExpectedRevision: 1n });
    });

    test('stream_exists refuses a stream that was never written', async () => {
      await expect(write(newStream(), 1, 'stream_exists')).rejects.toThrow(WrongExpectedVersionError);
    });

    test('metadata alone makes a stream exist for stream_exists', async () => {
      const stream = newStream();
      await client.setStreamMetadata(stream, { owner: 'somebody' });
      expect(await write(stream, 1, 'stream_exists')).toMatchObject({ nextExpectedRevision: 0n });
    });

    test('of many writers at one revision exactly one wins', async () => {
      const stream = newStream();
      await write(stream, 1, 'no_stream');
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => write(stream, 1, 0n)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(revisionsOf(await read(stream))).toEqual([0n, 1n]);
    });
  });

  describe('a repeated append', () => {
    test('at an exact revision answers as the first did, and writes nothing', async () => {
      const stream = newStream();
      const two = events(2);
      const first = await client.appendToStream(stream, two, { expectedRevision: 'no_stream' });
      await write(stream, 3, 1n);
      const second = await client.appendToStream(stream, two, { expectedRevision: 'no_stream' });
      expect(second.nextExpectedRevision).toBe(first.nextExpectedRevision);
      expect(await read(stream)).toHaveLength(5);
    });

    onlyHere('answers with the position of the first', async () => {
      const stream = newStream();
      const two = events(2);
      const first = await client.appendToStream(stream, two, { expectedRevision: 'no_stream' });
      const second = await client.appendToStream(stream, two, { expectedRevision: 'no_stream' });
      expect(second).toEqual(first);
    });

    test('is recognised in the middle of a stream', async () => {
      const stream = newStream();
      await write(stream, 2, 'no_stream');
      const again = events(2);
      await client.appendToStream(stream, again, { expectedRevision: 1n });
      await write(stream, 1, 3n);
      expect(await client.appendToStream(stream, again, { expectedRevision: 1n })).toMatchObject({
        nextExpectedRevision: 3n,
      });
    });

    test('with any is recognised while its ids are recent', async () => {
      const stream = newStream();
      const two = events(2);
      await client.appendToStream(stream, two, { expectedRevision: 'any' });
      expect(await client.appendToStream(stream, two, { expectedRevision: 'any' })).toMatchObject({
        nextExpectedRevision: 1n,
      });
      expect(await read(stream)).toHaveLength(2);
    });

    test('that is known only in part is refused', async () => {
      const stream = newStream();
      const [one, two] = [event(), event()];
      await client.appendToStream(stream, [one], { expectedRevision: 'no_stream' });
      await expect(client.appendToStream(stream, [one, two], { expectedRevision: 'no_stream' })).rejects.toThrow(
        WrongExpectedVersionError,
      );
      await expect(client.appendToStream(stream, [one, two], { expectedRevision: 'any' })).rejects.toThrow(
        WrongExpectedVersionError,
      );
    });

    test('in another stream is a new event', async () => {
      const id = randomUUID();
      const [left, right] = [newStream(), newStream()];
      await client.appendToStream(left, event('a', {}, id), { expectedRevision: 'any' });
      await client.appendToStream(right, event('a', {}, id), { expectedRevision: 'any' });
      expect(await read(right)).toHaveLength(1);
    });

    test('sent twice at the same moment is written once', async () => {
      const stream = newStream();
      const one = events(1);
      const both = await Promise.all([
        client.appendToStream(stream, one, { expectedRevision: 'no_stream' }),
        client.appendToStream(stream, one, { expectedRevision: 'no_stream' }),
      ]);
      expect(both.map((result) => result.nextExpectedRevision)).toEqual([0n, 0n]);
      expect(await read(stream)).toHaveLength(1);
    });
  });

  describe('the result', () => {
    test('has the position of the last event of the append', async () => {
      const stream = newStream();
      const result = await write(stream, 3, 'no_stream');
      const last = (await read(stream)).at(-1)?.event;
      expect(last?.position).toEqual(result.position);
    });

    test('positions are sparse: the next event is never at commit + 1', async () => {
      const stream = newStream();
      await write(stream, 5, 'no_stream');
      const commits = (await read(stream)).map(({ event: e }) => e?.position?.commit ?? 0n);
      for (const [index, commit] of commits.slice(1).entries()) {
        expect(commit).toBeGreaterThan((commits[index] ?? 0n) + 1n);
      }
    });
  });

  test('many events are one append: contiguous in the stream and in $all', async () => {
    const [left, right] = [newStream(), newStream()];
    await Promise.all([write(left, 50, 'no_stream'), write(right, 50, 'no_stream')]);
    const all = (await collect(client.readAll())).map(({ event: e }) => e?.streamId);
    const first = all.indexOf(left);
    expect(all.slice(first, first + 50)).toEqual(Array(50).fill(left));
    expect(revisionsOf(await read(right))).toEqual(Array.from({ length: 50 }, (_, n) => BigInt(n)));
  });

  test('what is written comes back: id, type, data, metadata, time', async () => {
    const stream = newStream();
    const before = Date.now();
    const sent = event('Ereignis-größer', { text: 'Grüße 🎈', nested: { list: [1, null] } });
    await client.appendToStream(stream, sent, { expectedRevision: 'no_stream' });
    const [resolved] = await read(stream);
    expect(resolved?.event).toMatchObject({
      id: sent.id,
      type: sent.type,
      data: sent.data,
      metadata: sent.metadata,
      isJson: true,
      streamId: stream,
    });
    // A real server's clock is another machine's.
    expect(Math.abs((resolved?.event?.created.getTime() ?? 0) - before)).toBeLessThan(60_000);
  });

  test('binary events keep every byte', async () => {
    const stream = newStream();
    const data = Uint8Array.from({ length: 256 }, (_, n) => n);
    await client.appendToStream(
      stream,
      { id: randomUUID(), contentType: 'application/octet-stream', type: 'bytes', data, metadata: data },
      { expectedRevision: 'no_stream' },
    );
    const [resolved] = await read(stream);
    expect(resolved?.event?.isJson).toBe(false);
    expect(Buffer.from(resolved?.event?.data as Uint8Array)).toEqual(Buffer.from(data));
  });

  onlyHere('one append may weigh 1 MiB and no byte more', async () => {
    const stream = newStream();
    const sized = (bytes: number) => binaryEvent({ type: 'heavy', data: new Uint8Array(bytes - 2 * 'heavy'.length) });
    await client.appendToStream(stream, sized(1024 * 1024), { expectedRevision: 'no_stream' });
    const error = await client
      .appendToStream(stream, sized(1024 * 1024 + 1), { expectedRevision: 0n })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(MaxAppendSizeExceededError);
    expect(error).toMatchObject({ maxAppendSize: 1024 * 1024 });
    expect(await read(stream)).toHaveLength(1);
  });

  onlyHere('an append far over the limit, in several frames, fails once and leaves the connection usable', async () => {
    const stream = newStream();
    const heavy = Array.from({ length: 40 }, () => event('heavy', { text: 'x'.repeat(200_000) }));
    await expect(
      client.appendToStream(stream, heavy, { expectedRevision: 'no_stream', batchAppendSize: 300_000 }),
    ).rejects.toThrow(MaxAppendSizeExceededError);
    await expect(write(stream, 1, 'no_stream')).resolves.toMatchObject({ nextExpectedRevision: 0n });
  });

  test('an append in many frames is put together again', async () => {
    const stream = newStream();
    await client.appendToStream(stream, events(200), { expectedRevision: 'no_stream', batchAppendSize: 1_000 });
    expect(await read(stream)).toHaveLength(200);
  });

  describe('with credentials of its own, which takes the Append call', () => {
    const credentials = { username: 'admin', password: 'changeit' };

    test('it is written', async () => {
      const stream = newStream();
      const result = await client.appendToStream(stream, events(2), { expectedRevision: 'no_stream', credentials });
      expect(result).toMatchObject({ success: true, nextExpectedRevision: 1n });
      expect(result.position).toEqual((await read(stream)).at(-1)?.event?.position);
    });

    test('a wrong revision is told in the body', async () => {
      const stream = newStream();
      await write(stream, 2, 'no_stream');
      const error = await client
        .appendToStream(stream, events(1), { expectedRevision: 7n, credentials })
        .catch((e: unknown) => e);
      expect(error).toMatchObject({ type: 'wrong-expected-version', expectedVersion: 7n, actualVersion: 1n });
    });

    test('a deleted stream is told in the trailers', async () => {
      const stream = newStream();
      await client.tombstoneStream(stream);
      const error = await client
        .appendToStream(stream, events(1), { expectedRevision: 'any', credentials })
        .catch((e: unknown) => e);
      expect(error).toBeInstanceOf(StreamDeletedError);
      expect(error).toMatchObject({ streamName: stream });
    });

    onlyHere('the limit is the same', async () => {
      const heavy = event('heavy', { text: 'x'.repeat(1024 * 1024) });
      const error = await client
        .appendToStream(newStream(), heavy, { expectedRevision: 'any', credentials })
        .catch((e: unknown) => e);
      expect(error).toMatchObject({ type: 'maximum-append-size-exceeded', maxAppendSize: 1024 * 1024 });
    });
  });
});
