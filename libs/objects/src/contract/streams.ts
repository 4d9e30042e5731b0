import { expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { finished } from 'node:stream/promises';
import { bytesOf, eventually, heldStream, severalParts, streamOf, whole, type ObjectsFixture } from './fixture.js';

const newName = () => `evidence/${randomUUID()}/${randomUUID()}/${randomUUID()}`;

/** A stream comes to be an object whole, or not at all. */
export function streamContract(fixture: () => ObjectsFixture): void {
  it.each([
    ['nothing', 0],
    ['less than a part', 100_000],
    ['several parts', severalParts + 3],
  ])('takes a stream of %s', async (_case, length) => {
    const { objects, unfinished } = fixture();
    const [name, content] = [newName(), bytesOf(length)];
    await objects.put(name, streamOf(content));
    expect((await whole(objects.read(name))).equals(content)).toBe(true);
    expect(await objects.find(name)).toEqual({ bytes: length });
    expect(await unfinished()).toBe(0);
  });

  it('shows nothing of an object before all of it is there', async () => {
    const { objects } = fixture();
    const [name, content] = [newName(), bytesOf(severalParts)];
    const { stream, reached, goOn } = heldStream(content, bytesOf(100));
    const put = objects.put(name, stream);
    await reached;
    expect(await objects.exists(name)).toBe(false);
    goOn();
    await put;
    expect(await objects.find(name)).toEqual({ bytes: content.length + 100 });
  });

  it('shows what was there before until all of the new is', async () => {
    const { objects } = fixture();
    const name = newName();
    await objects.put(name, bytesOf(50));
    const { stream, reached, goOn } = heldStream(bytesOf(severalParts));
    const put = objects.put(name, stream);
    await reached;
    expect((await objects.get(name)).equals(bytesOf(50))).toBe(true);
    goOn();
    await put;
    expect(await objects.find(name)).toEqual({ bytes: severalParts });
  });

  it.each([
    ['in its first part', 1000],
    ['in a later part', severalParts],
  ])('leaves nothing of a stream that fails %s, and gives its own error back', async (_case, length) => {
    const { objects, unfinished } = fixture();
    const name = newName();
    const { stream, reached, fail } = heldStream(bytesOf(length));
    const put = objects.put(name, stream);
    void reached.then(() => fail(new RangeError('more than was allowed')));
    await expect(put).rejects.toThrow(new RangeError('more than was allowed'));
    expect(await objects.exists(name)).toBe(false);
    expect(await unfinished()).toBe(0);
  });

  it('leaves nothing of a stream whose sender goes away', async () => {
    const { objects, unfinished } = fixture();
    const name = newName();
    const { stream, reached } = heldStream(bytesOf(severalParts));
    const put = objects.put(name, stream);
    void reached.then(() => stream.destroy());
    await expect(put).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
    expect(await objects.exists(name)).toBe(false);
    expect(await unfinished()).toBe(0);
  });

  it('keeps what was there when the stream that should replace it fails', async () => {
    const { objects } = fixture();
    const name = newName();
    await objects.put(name, bytesOf(50));
    const { stream, fail } = heldStream(bytesOf(1000));
    fail(new Error('gone'));
    await expect(objects.put(name, stream)).rejects.toThrow('gone');
    expect((await objects.get(name)).equals(bytesOf(50))).toBe(true);
  });

  it('clears away what a crash has left, and nothing that goes on', async () => {
    const { objects, unfinished } = fixture();
    const name = newName();
    // What a killed process leaves is what one that stands still shows.
    const { stream, reached, goOn } = heldStream(bytesOf(severalParts));
    const put = objects.put(name, stream);
    await reached;
    await eventually(1, unfinished);
    await objects.removeUnfinished(new Date(Date.now() - 3_600_000));
    expect(await unfinished()).toBe(1);
    await objects.removeUnfinished(new Date(Date.now() + 3_600_000));
    expect(await unfinished()).toBe(0);
    goOn();
    await expect(put).rejects.toMatchObject({ code: 'object-store-unavailable' });
    expect(await objects.exists(name)).toBe(false);
  });

  it('lets a reader go away in the middle', async () => {
    const { objects } = fixture();
    const [name, content] = [newName(), bytesOf(severalParts)];
    await objects.put(name, content);
    const stream = objects.read(name);
    for await (const chunk of stream) {
      expect((chunk as Buffer).length).toBeGreaterThan(0);
      break;
    }
    await finished(stream).catch(() => undefined);
    expect(stream.destroyed).toBe(true);
    expect((await objects.get(name)).equals(content)).toBe(true);
  });
}
