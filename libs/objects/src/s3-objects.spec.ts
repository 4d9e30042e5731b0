import { bytesOf, heldStream, named, piecesOf, severalParts, streamOf, whole } from './contract/fixture.js';
import { Readable } from 'node:stream';
import type { Objects } from './objects.js';
import { objectsContract } from './objects-contract.js';
import { provisionObjects, startObjects } from './open-objects.js';
import { usualLimits } from './s3-client.js';
import { s3Objects } from './s3-objects.js';
import { startS3Server, type S3Fault, type S3Server } from './testing/s3-server.js';

objectsContract('A bucket', async () => {
  const server = await startS3Server();
  const objects = s3Objects(server.place);
  return {
    objects,
    unfinished: async () => server.memory.uploads.size,
    dispose: async () => {
      objects.close();
      await server.stop();
    },
  };
});

describe('A bucket of objects', () => {
  const name = 'evidence/a/b/c';
  const away = { status: 503, code: 'object-store-unavailable', headers: { 'retry-after': '1' } };
  let server: S3Server;
  let objects: Objects;
  /** Long enough for a busy machine to take a part, short enough to wait for when nothing answers. */
  const impatient = { ...usualLimits, answerMs: 2_000, silenceMs: 1_000 };
  /** For requests of a few bytes. */
  const hasty = { ...impatient, answerMs: 500 };
  const opened = (over: Partial<S3Server['place']> = {}, limits = usualLimits) => {
    objects.close();
    objects = s3Objects({ ...server.place, ...over }, limits);
    return objects;
  };
  beforeEach(async () => {
    server = await startS3Server();
    objects = s3Objects(server.place);
  });
  afterEach(async () => {
    objects.close();
    await server.stop();
  });

  describe('whose keys are not right', () => {
    it.each([
      ['secret', { secret: 'wrong' }, 'SignatureDoesNotMatch'],
      ['access key', { accessKey: 'nobody' }, 'InvalidAccessKeyId'],
      ['region', { region: 'us-east-1' }, 'AuthorizationHeaderMalformed'],
    ])('is refused for a wrong %s, and says so to operators alone', async (_case, over, code) => {
      const refused = { ...away, cause: expect.objectContaining({ name: code }) as unknown };
      await expect(opened(over).put(name, bytesOf(10))).rejects.toMatchObject(refused);
      await expect(objects.get(name)).rejects.toMatchObject(refused);
      await expect(objects.ping()).rejects.toMatchObject(away);
      expect(server.memory.objects.size).toBe(0);
    });
  });

  it('is away while its bucket is not made, and there when it is', async () => {
    await server.stop();
    server = await startS3Server({ bucketThere: false });
    await expect(opened().ping()).rejects.toMatchObject(away);
    await expect(objects.get(name)).rejects.toMatchObject(away);
    await provisionObjects({ kind: 's3', ...server.place });
    await provisionObjects({ kind: 's3', ...server.place });
    await expect(objects.ping()).resolves.toBeUndefined();
  });

  it('is away when nobody listens', async () => {
    await server.stop();
    await expect(objects.put(name, streamOf(bytesOf(severalParts)))).rejects.toMatchObject(away);
    await expect(objects.find(name)).rejects.toMatchObject(away);
    await expect(named(objects.list('evidence'))).rejects.toMatchObject(away);
    await expect(objects.removeAll('evidence')).rejects.toMatchObject(away);
    server = await startS3Server();
  });

  describe('that fails once', () => {
    it.each<[S3Fault['how'], string]>([
      ['slow-down', 'PUT'],
      ['cut', 'PUT'],
      ['hang', 'PUT'],
      ['lose-answer', 'PUT'],
      ['slow-down', 'POST ?uploads'],
      ['cut', 'PUT ?partNumber'],
      ['hang', 'PUT ?partNumber'],
      ['slow-down', 'POST ?uploadId'],
      ['error-in-200', 'POST ?uploadId'],
    ])('with %s at %s has the whole object all the same', async (how, on) => {
      const content = bytesOf(on === 'PUT' ? 1000 : severalParts);
      opened({}, on === 'PUT' ? hasty : impatient);
      server.disturb({ on, how, times: 1 });
      await objects.put(name, streamOf(content));
      expect((await objects.get(name)).equals(content)).toBe(true);
      expect(server.memory.uploads.size).toBe(0);
    });

    it.each<S3Fault['how']>(['slow-down', 'cut', 'hang'])('with %s at a question answers all the same', async (how) => {
      await opened({}, hasty).put(name, bytesOf(1000));
      server.disturb({ on: 'GET', how, times: 1 });
      expect(await objects.get(name)).toHaveLength(1000);
      server.disturb({ on: 'HEAD', how, times: 1 });
      expect(await objects.find(name)).toEqual({ bytes: 1000 });
      server.disturb({ on: 'DELETE', how, times: 1 });
      await objects.remove(name);
      expect(server.memory.objects.size).toBe(0);
    });
  });

  describe('that goes on failing', () => {
    beforeEach(() => opened({}, { ...impatient, attempts: 2 }));

    it.each<[S3Fault['how'], string]>([
      ['slow-down', 'PUT'],
      ['hang', 'PUT'],
      ['cut', 'PUT ?partNumber'],
      ['hang', 'PUT ?partNumber'],
      ['slow-down', 'POST ?uploadId'],
      ['error-in-200', 'POST ?uploadId'],
    ])('with %s at %s says so in bounded time and leaves nothing', async (how, on) => {
      server.disturb({ on, how, times: 99 });
      const content = streamOf(bytesOf(severalParts));
      const small = on === 'PUT' ? bytesOf(1000) : content;
      if (on === 'PUT') opened({}, { ...hasty, attempts: 2 });
      await expect(objects.put(name, small)).rejects.toMatchObject(away);
      expect(server.memory.objects.size).toBe(0);
      expect(server.memory.uploads.size).toBe(0);
    });

    it('destroys the stream that nobody takes any more', async () => {
      server.disturb({ on: 'PUT', how: 'slow-down', times: 99 });
      const stream = streamOf(bytesOf(1000));
      await expect(objects.put(name, stream)).rejects.toMatchObject(away);
      expect(stream.destroyed).toBe(true);
    });

    it('does not answer a ping, in bounded time', async () => {
      server.disturb({ on: 'HEAD', how: 'hang', times: 99 });
      await expect(objects.ping()).rejects.toMatchObject(away);
    });
  });

  it.each<S3Fault['how']>(['cut-answer', 'hang-in-answer'])(
    'never passes half an object off as a whole one: %s',
    async (how) => {
      await opened({}, impatient).put(name, bytesOf(severalParts));
      server.disturb({ on: 'GET', how, times: 2 });
      await expect(objects.get(name)).rejects.toMatchObject(away);
      await expect(whole(objects.read(name))).rejects.toMatchObject(away);
      expect(await objects.get(name)).toHaveLength(severalParts);
    },
  );

  it('is sent what every compatible store understands: no aws-chunked, no checksums of its own, no 100-continue', async () => {
    await objects.put(name, streamOf(bytesOf(severalParts)));
    await objects.put(name, bytesOf(10));
    await objects.removeAll('evidence');
    expect(
      [...server.headers].filter((header) => /checksum|^expect$|trailer|content-md5|^content-encoding$/.test(header)),
    ).toEqual([]);
  });

  it('holds a few parts in memory of an object of any size', async () => {
    const total = 64 * 1024 * 1024;
    const piece = bytesOf(1024 * 1024);
    let [taken, most] = [0, 0];
    function* pieces() {
      for (; taken < total; taken += piece.length) {
        const stored = [...server.memory.uploads.values()].flatMap(({ parts }) => [...parts.values()]);
        most = Math.max(most, taken - stored.reduce((sum, part) => sum + part.length, 0));
        yield piece;
      }
    }
    await objects.put(name, Readable.from(pieces(), { objectMode: false }));
    expect(await objects.find(name)).toEqual({ bytes: total });
    // Three parts on their way, one being filled, and what stands in the streams between.
    expect(most).toBeLessThan(28 * 1024 * 1024);
  });

  it('asks no more of the store than its reader takes', async () => {
    await objects.put(name, bytesOf(48 * 1024 * 1024));
    const stream = objects.read(name);
    await new Promise((readable) => stream.once('readable', readable));
    expect(stream.readableLength).toBeLessThan(1024 * 1024);
    expect(server.sending()).toBe(1);
    stream.destroy();
  });

  it('clears away uploads of which there are several pages', async () => {
    const held = [1, 2, 3, 4, 5].map(() => heldStream(bytesOf(severalParts)));
    const puts = held.map(({ stream }, at) =>
      objects.put(`${name}${at}`, stream).catch((error: Error) => error.message),
    );
    await Promise.all(held.map(({ reached }) => reached));
    while (server.memory.uploads.size < 5) await new Promise(setImmediate);
    await objects.removeUnfinished(new Date(Date.now() + 60_000));
    expect(server.memory.uploads.size).toBe(0);
    held.forEach(({ fail }) => fail(new Error('gone')));
    expect(await Promise.all(puts)).toEqual(held.map(() => 'gone'));
  });

  it('is cleared of what a crash has left more than a day ago when a service starts, and of nothing newer', async () => {
    const left = (hours: number) => ({
      key: name,
      initiated: new Date(Date.now() - hours * 3_600_000),
      parts: new Map([[1, Buffer.from('half')]]),
    });
    server.memory.uploads.set('of last week', left(170)).set('going on', left(1));
    (await startObjects({ kind: 's3', ...server.place })).close();
    expect([...server.memory.uploads.keys()]).toEqual(['going on']);
  });

  it('is not started with while it is away', async () => {
    const place = { kind: 's3' as const, ...server.place, secret: 'wrong' };
    await expect(startObjects(place)).rejects.toMatchObject(away);
    await expect(provisionObjects(place)).rejects.toMatchObject(away);
  });

  it('needs no list of uploads where the store has none', async () => {
    server.disturb({ on: 'GET ?uploads', how: 'not-implemented', times: 9 });
    await objects.put(name, bytesOf(10));
    await objects.removeAll('evidence');
    await objects.removeUnfinished(new Date());
    expect(server.memory.objects.size).toBe(0);
  });

  it('keeps to a page at a time of a long list', async () => {
    for (const n of [1, 2, 3, 4, 5, 6, 7]) await objects.put(`evidence/a/${n}`, Buffer.from([n]));
    server.requests.length = 0;
    expect(await named(objects.list('evidence/a'))).toHaveLength(7);
    expect(server.requests.filter((line) => line.includes('list-type=2'))).toHaveLength(3);
  });

  it('takes pieces of any size', async () => {
    const content = bytesOf(100_000);
    await objects.put(name, Readable.from(piecesOf(content)));
    expect((await objects.get(name)).equals(content)).toBe(true);
  });
});
