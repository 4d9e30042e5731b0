import { describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { ObjectNotFound, ObjectTooLarge } from '../problems.js';
import { bytesOf, severalParts, whole, type ObjectsFixture } from './fixture.js';

const newName = () => `exports/${randomUUID()}/${randomUUID()}`;

/** What is put is what is got, and what is not there is said in one way. */
export function bytesContract(fixture: () => ObjectsFixture): void {
  it('answers a ping', async () => {
    await expect(fixture().objects.ping()).resolves.toBeUndefined();
  });

  it.each([
    ['nothing', 0],
    ['one byte', 1],
    ['a picture', 300_001],
    ['exactly one part', 5 * 1024 * 1024],
    ['several parts', severalParts],
  ])('gives back %s as it was put', async (_case, length) => {
    const { objects } = fixture();
    const [name, content] = [newName(), bytesOf(length)];
    await objects.put(name, content);
    expect((await objects.get(name)).equals(content)).toBe(true);
    expect(await objects.find(name)).toEqual({ bytes: length });
    expect(await objects.exists(name)).toBe(true);
  });

  it('takes names with a file extension', async () => {
    const { objects } = fixture();
    const name = `avatars/${randomUUID()}/${randomUUID()}/${randomUUID()}-256.webp`;
    await objects.put(name, bytesOf(10));
    expect((await objects.get(name)).equals(bytesOf(10))).toBe(true);
  });

  it('puts one object over another, shorter or longer', async () => {
    const { objects } = fixture();
    const name = newName();
    for (const length of [1000, 10, 2000]) {
      await objects.put(name, bytesOf(length, length));
      expect((await objects.get(name)).equals(bytesOf(length, length))).toBe(true);
    }
  });

  it('holds one of the contents, whole, when several are put at once', async () => {
    const { objects } = fixture();
    const [name, contents] = [newName(), [1, 2, 3, 4, 5, 6].map((seed) => bytesOf(200_000, seed))];
    await Promise.all(contents.map((content) => objects.put(name, content)));
    const got = await objects.get(name);
    expect(contents.filter((content) => content.equals(got))).toHaveLength(1);
  });

  it('says in one way that there is no such object', async () => {
    const { objects } = fixture();
    const name = newName();
    await expect(objects.get(name)).rejects.toThrow(ObjectNotFound);
    await expect(whole(objects.read(name))).rejects.toThrow(ObjectNotFound);
    await expect(whole(objects.read(name, { start: 0, end: 9 }))).rejects.toMatchObject({
      status: 404,
      code: 'object-not-found',
      objectName: name,
    });
    expect(await objects.find(name)).toBeUndefined();
    expect(await objects.exists(name)).toBe(false);
  });

  it('takes no more into memory than it is told', async () => {
    const { objects } = fixture();
    const name = newName();
    await objects.put(name, bytesOf(1000));
    expect(await objects.get(name, 1000)).toHaveLength(1000);
    await expect(objects.get(name, 999)).rejects.toThrow(ObjectTooLarge);
  });

  it('removes an object, and has nothing to do when it is not there', async () => {
    const { objects } = fixture();
    const name = newName();
    await objects.put(name, bytesOf(10));
    await objects.remove(name);
    expect(await objects.exists(name)).toBe(false);
    await expect(objects.get(name)).rejects.toThrow(ObjectNotFound);
    await expect(objects.remove(name)).resolves.toBeUndefined();
  });

  describe('of a range', () => {
    const content = bytesOf(200_000);
    it.each([
      ['the beginning', { start: 0, end: 9 }, content.subarray(0, 10)],
      ['one byte', { start: 99_999, end: 99_999 }, content.subarray(99_999, 100_000)],
      ['all', { start: 0, end: 199_999 }, content],
      ['what there is, when it ends behind the end', { start: 199_990, end: 300_000 }, content.subarray(199_990)],
      ['nothing, when it begins behind the end', { start: 200_000, end: 200_010 }, Buffer.alloc(0)],
    ])('reads %s', async (_case, range, expected) => {
      const { objects } = fixture();
      const name = newName();
      await objects.put(name, content);
      expect((await whole(objects.read(name, range))).equals(expected)).toBe(true);
    });

    it.each([
      [10, 9],
      [-1, 5],
      [0.5, 5],
    ])('refuses %s to %s', (start, end) => {
      expect(() => fixture().objects.read(newName(), { start, end })).toThrow(RangeError);
    });
  });

  it.each([
    '',
    '/etc/passwd',
    'exports',
    '../exports/a',
    'exports/../b',
    'exports//b',
    'exports/a/',
    'exports/.a',
    'Exports/a',
  ])('refuses "%s" as a name', async (name) => {
    const { objects } = fixture();
    await expect(objects.put(name, bytesOf(1))).rejects.toThrow('is no object name');
    await expect(objects.get(name)).rejects.toThrow('is no object name');
    await expect(objects.remove(name)).rejects.toThrow('is no object name');
    await expect(objects.find(name)).rejects.toThrow('is no object name');
  });
}
