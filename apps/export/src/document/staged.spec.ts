import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { folderObjects } from '@annals/objects';
import { testStores } from '@annals/testing';
import type { Section } from '../section/section.js';
import { isStaged, removeOthers, stagedItems, stagePart, stagingPrefix } from './staged.js';

const stores = testStores({ service: 'export', events: [] });
const folder = mkdtempSync(join(tmpdir(), 'annals-staged-'));
const objects = folderObjects(folder);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sealing = () => ({ objects, keys: stores().keys });
const somebody = () => ({ accountId: randomUUID(), userId: randomUUID(), exportId: randomUUID() });
const sectionOf = (items: () => AsyncIterable<unknown>): Section => ({
  part: 'activity',
  version: 1,
  kind: 'many',
  items,
});
const listOf = (items: unknown[]) =>
  sectionOf(async function* () {
    yield* items;
  });
const never = new AbortController().signal;
const stage = (section: Section, who: ReturnType<typeof somebody>, each = (): void => undefined, signal = never) =>
  stagePart(sealing(), section, who, each, signal);
async function namesOf({ accountId, exportId }: ReturnType<typeof somebody>): Promise<string[]> {
  const names: string[] = [];
  for await (const name of objects.list(stagingPrefix(accountId, exportId))) names.push(name);
  return names;
}

describe('a part that waits for its document', () => {
  it('comes back item by item, small ones and ones larger than a chunk, and lies there encrypted', async () => {
    const who = somebody();
    const items = [
      { a: 1 },
      { text: 'line\nbreak', told: 'a long word in clear' },
      { big: 'x'.repeat(300_000) },
      ...Array.from({ length: 5_000 }, (_, n) => n),
    ];
    const { staged, ...measured } = await stage(listOf(items), who);
    const json = JSON.stringify(items);
    expect([measured.items, measured.bytes]).toEqual([items.length, Buffer.byteLength(json)]);
    const back: unknown[] = [];
    for await (const item of stagedItems(sealing(), { ...who, staged })) back.push(JSON.parse(item.toString()));
    expect(back).toEqual(items);
    const [name] = await namesOf(who);
    expect((await objects.get(name!)).includes('a long word in clear')).toBe(false);
  });

  it('leaves nothing when its reading fails, or is ended', async () => {
    const who = somebody();
    const failing = sectionOf(async function* () {
      yield { a: 1 };
      throw new Error('the owner went away');
    });
    await expect(stage(failing, who)).rejects.toThrow('the owner went away');
    const tooMuch = () => {
      throw new Error('too much');
    };
    await expect(stage(listOf([1, 2]), who, tooMuch)).rejects.toThrow('too much');
    const ended = AbortSignal.abort(new Error('cancelled'));
    await expect(stage(listOf([1, 2]), who, undefined, ended)).rejects.toThrow('cancelled');
    expect(await namesOf(who)).toEqual([]);
  });

  it('is gone with the keys of its person', async () => {
    const who = somebody();
    const { staged } = await stage(listOf([1]), who);
    await stores().keys.destroy(who.userId);
    const read = async () => {
      for await (const _item of stagedItems(sealing(), { ...who, staged }));
    };
    await expect(read()).rejects.toMatchObject({ status: 410, code: 'subject-erased' });
    await expect(stage(listOf([1]), who)).rejects.toMatchObject({ code: 'subject-erased' });
  });

  it('does not open as that of another export or person', async () => {
    const [who, other] = [somebody(), somebody()];
    const { staged } = await stage(listOf([1]), who);
    const [name] = await namesOf(who);
    await objects.put(`${stagingPrefix(other.accountId, other.exportId)}/${staged}`, await objects.get(name!));
    const read = async () => {
      for await (const _item of stagedItems(sealing(), { ...other, staged }));
    };
    await expect(read()).rejects.toThrow('lies elsewhere');
  });

  it('stays when it is noted; readings that nobody noted are removed', async () => {
    const who = somebody();
    const [noted, left] = [await stage(listOf([1]), who), await stage(listOf([1]), who)];
    await removeOthers(sealing(), who, new Set([noted.staged]));
    expect(await isStaged(sealing(), { ...who, staged: noted.staged })).toBe(true);
    expect(await isStaged(sealing(), { ...who, staged: left.staged })).toBe(false);
  });

  it('of one object has one', async () => {
    const two: Section = { ...listOf([1, 2]), part: 'user', kind: 'one' };
    await expect(stage(two, somebody())).rejects.toThrow('a part of one object has two');
    expect(await stage({ ...listOf([]), part: 'user', kind: 'one' }, somebody())).toMatchObject({ items: 0, bytes: 4 });
  });
});
