import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import fc from 'fast-check';
import { openStream, sealStream } from './sealed-stream.js';
import { subjectKeysInMemory } from './subject-keys-in-memory.js';
import type { SubjectKeys } from './subject-keys.js';

const chunk = 65_536;
const sealedChunk = chunk + 16;
const place = { subject: 'ada', accountId: 'acme', name: 'exports/acme/1' };

const inParts = (content: Buffer, size: number): Readable =>
  Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
    })(),
    { objectMode: false },
  );
const seal = async (keys: SubjectKeys, content: Buffer, size = content.length || 1) =>
  buffer(inParts(content, size).pipe(await sealStream(keys, place, 'account')));

/** What came out before the end or the error, and the error. */
async function opened(keys: SubjectKeys, sealed: Buffer, { at = place, size = 50_000 } = {}) {
  const got: Buffer[] = [];
  const taking = new Writable({ write: (part: Buffer, _encoding, done) => (got.push(part), done()) });
  const error = await pipeline(inParts(sealed, size), openStream(keys, at), taking).then(
    () => undefined,
    (failure: unknown) => failure as Error & { code?: string },
  );
  return { content: Buffer.concat(got), error };
}

describe('a sealed stream', () => {
  const keys = subjectKeysInMemory();

  it.each([0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3 * chunk + 7])(
    'of %d bytes comes back whole',
    async (size) => {
      const content = randomBytes(size);
      const sealed = await seal(keys, content, 10_007);
      const { content: back, error } = await opened(keys, sealed);
      expect([back.equals(content), error]).toEqual([true, undefined]);
    },
  );

  it('shows nothing of itself', async () => {
    const content = randomBytes(chunk);
    expect((await seal(keys, content)).includes(content.subarray(5_000, 5_016))).toBe(false);
  });

  it('comes back whole however it is cut on its way', async () => {
    const content = randomBytes(2 * chunk + 5);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 40, max: 200_000 }), async (a, b) => {
        const { content: back, error } = await opened(keys, await seal(keys, content, a), { size: b });
        return error === undefined && back.equals(content);
      }),
      { numRuns: 25 },
    );
  });

  it('is another one each time', async () => {
    const content = randomBytes(100);
    expect((await seal(keys, content)).equals(await seal(keys, content))).toBe(false);
  });

  describe('is refused', () => {
    const content = randomBytes(3 * chunk + 100);
    let sealed: Buffer;
    let head: number;
    const piece = (n: number) => sealed.subarray(head + n * sealedChunk, head + (n + 1) * sealedChunk);
    const withHead = (...pieces: Buffer[]) => Buffer.concat([sealed.subarray(0, head), ...pieces]);
    beforeAll(async () => {
      sealed = await seal(keys, content);
      head = sealed.length - content.length - 4 * 16;
    });

    it.each<[string, () => Buffer]>([
      ['cut within a chunk', () => sealed.subarray(0, -1)],
      ['cut between two chunks', () => withHead(piece(0), piece(1))],
      ['cut after its head', () => withHead()],
      ['cut within its head', () => sealed.subarray(0, 20)],
      ['empty', () => Buffer.alloc(0)],
      ['longer by a byte', () => Buffer.concat([sealed, Buffer.from([0])])],
      ['longer by a chunk of its own', () => Buffer.concat([sealed, piece(3)])],
      ['without its first chunk', () => withHead(piece(1), piece(2), piece(3))],
      ['without one in the middle', () => withHead(piece(0), piece(2), piece(3))],
      ['with two chunks swapped', () => withHead(piece(1), piece(0), piece(2), piece(3))],
      ['with a chunk twice', () => withHead(piece(0), piece(0), piece(2), piece(3))],
      ['with its last chunk first', () => withHead(piece(3))],
      ['changed in its salt', () => flipped(head - 20)],
      ['changed in its nonce', () => flipped(head - 1)],
      ['changed in a tag', () => flipped(head + sealedChunk - 1)],
      ['changed in its last byte', () => flipped(sealed.length - 1)],
      ['of a layout that is not known', () => Buffer.concat([Buffer.from([9]), sealed.subarray(1)])],
    ])('when it is %s, and gives no byte that was not as sealed', async (_case, damaged) => {
      const { content: got, error } = await opened(keys, damaged());
      expect(error).toBeInstanceOf(Error);
      expect(got.equals(content.subarray(0, got.length))).toBe(true);
      expect(got.length % chunk).toBe(0);
    });

    it('when a chunk comes from another stream of the same key', async () => {
      const other = await seal(keys, content);
      const { content: got, error } = await opened(keys, withHead(piece(0), other.subarray(head + sealedChunk)));
      expect([got.length, error instanceof Error]).toEqual([chunk, true]);
    });

    it('when it lies elsewhere or is said to be somebody else’s', async () => {
      for (const at of [
        { ...place, name: 'exports/acme/2' },
        { ...place, subject: 'eve' },
      ]) {
        const { content: got, error } = await opened(keys, sealed, { at });
        expect([got.length, error!.message]).toEqual([0, `${at.name} is not as it was sealed, or lies elsewhere`]);
      }
    });

    const flipped = (at: number) => {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      return changed;
    };
  });

  it('is gone with its key', async () => {
    const own = subjectKeysInMemory();
    const sealed = await seal(own, randomBytes(10));
    own.destroy('acme/ada');
    expect((await opened(own, sealed)).error).toMatchObject({ status: 410, code: 'subject-erased' });
    await expect(sealStream(own, place, 'account')).rejects.toMatchObject({ code: 'subject-erased' });
  });

  it('waits for whoever takes it: what is in between stays small', async () => {
    const sealing = await sealStream(keys, place, 'account');
    let given = 0;
    const source = new Readable({
      read() {
        given += chunk;
        this.push(given > 400 * chunk ? null : Buffer.alloc(chunk));
      },
    });
    const opening = openStream(keys, place);
    source.pipe(sealing).pipe(opening);
    // Nobody reads: it comes to rest by itself after a few chunks.
    for (let before = -1; before !== given;) {
      before = given;
      await new Promise((turn) => setImmediate(turn));
      await new Promise((turn) => setImmediate(turn));
    }
    expect(given).toBeLessThan(16 * chunk);
    expect((await buffer(opening)).length).toBe(400 * chunk);
  });

  it('of an earlier day opens: the layout is for good', async () => {
    const key = { id: 'key-of-the-golden-file', key: Buffer.alloc(32, 7) };
    const sealed = readFileSync(join(__dirname, '../fixtures/sealed-stream.v2.bin'));
    const { content, error } = await opened({ find: async () => key } as unknown as SubjectKeys, sealed);
    expect(error).toBeUndefined();
    expect(content.equals(Buffer.alloc(chunk + 5, 'Annals '))).toBe(true);
  });
});
