import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Objects } from '../objects.js';
import { bytesOf, eventually, heldStream, named, severalParts, type ObjectsFixture } from './fixture.js';

/** A prefix stands for whole segments, so that one account's never reaches another's. */
export function prefixContract(fixture: () => ObjectsFixture): void {
  describe('with two accounts whose ids begin alike and whose people have the same ids', () => {
    let objects: Objects;
    let [a, ab] = ['', ''];
    const below = (account: string) => [
      ...[1, 2, 3, 4, 5].map((n) => `avatars/${account}/ada/${n}-64.webp`),
      ...[1, 2, 3].map((n) => `avatars/${account}/adam/${n}-64.webp`),
    ];
    beforeEach(async () => {
      objects = fixture().objects;
      a = randomUUID();
      ab = `${a}b`;
      for (const name of [...below(a), ...below(ab)]) await objects.put(name, Buffer.from(name));
    });

    it('lists the objects of one account', async () => {
      expect(await named(objects.list(`avatars/${a}`))).toEqual(below(a));
      expect(await named(objects.list(`avatars/${ab}`))).toEqual(below(ab));
    });

    it('lists the objects of one person', async () => {
      expect(await named(objects.list(`avatars/${a}/ada`))).toEqual(below(a).slice(0, 5));
    });

    it('lists nothing where there is nothing', async () => {
      expect(await named(objects.list(`avatars/${randomUUID()}`))).toEqual([]);
      expect(await named(objects.list('nothing'))).toEqual([]);
    });

    it('keeps the same name of two accounts apart', async () => {
      expect((await objects.get(`avatars/${a}/ada/1-64.webp`)).toString()).toBe(`avatars/${a}/ada/1-64.webp`);
      expect((await objects.get(`avatars/${ab}/ada/1-64.webp`)).toString()).toBe(`avatars/${ab}/ada/1-64.webp`);
    });

    it('removes all of one account and nothing of the other, as often as it is told', async () => {
      await objects.removeAll(`avatars/${a}`);
      await objects.removeAll(`avatars/${a}`);
      expect(await named(objects.list(`avatars/${a}`))).toEqual([]);
      expect(await named(objects.list(`avatars/${ab}`))).toEqual(below(ab));
    });

    it('removes all of one person and nothing of another', async () => {
      await objects.removeAll(`avatars/${a}/ada`);
      expect(await named(objects.list(`avatars/${a}`))).toEqual(below(a).slice(5));
    });

    it('removes no object by a name that is a prefix, and nothing below a name that is an object', async () => {
      // A store over a file system may refuse it.
      await objects.remove(`avatars/${a}/ada`).catch((error: Error) => expect(error).toMatchObject({ status: 503 }));
      const single = `exports/${a}/document`;
      await objects.put(single, bytesOf(1));
      await objects.removeAll(single);
      expect(await named(objects.list(`avatars/${a}`))).toEqual(below(a));
      expect(await objects.exists(single)).toBe(true);
    });

    it('removes what unfinished puts have stored, too', async () => {
      const { unfinished } = fixture();
      const held = heldStream(bytesOf(severalParts));
      const put = objects.put(`avatars/${a}/ada/new`, held.stream);
      await held.reached;
      await eventually(1, unfinished);
      await objects.removeAll(`avatars/${ab}`);
      expect(await unfinished()).toBe(1);
      await objects.removeAll(`avatars/${a}`);
      expect(await unfinished()).toBe(0);
      held.fail(new Error('gone'));
      await expect(put).rejects.toThrow('gone');
    });
  });

  it.each(['', '/', 'avatars/', 'avatars//a', '..', 'avatars/..', 'avatars/a.webp', 'avatars/*'])(
    'refuses "%s" as a prefix',
    async (prefix) => {
      const { objects } = fixture();
      await expect(objects.removeAll(prefix)).rejects.toThrow('is no prefix');
      await expect(named(objects.list(prefix))).rejects.toThrow('is no prefix');
    },
  );
}
