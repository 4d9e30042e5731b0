import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { folderObjects } from './folder-objects.js';
import { named } from './contract/fixture.js';
import { objectsContract } from './objects-contract.js';
import { startObjects } from './open-objects.js';

const files = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile());

objectsContract('A folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'annals-objects-'));
  return {
    objects: await startObjects({ kind: 'folder', folder: join(folder, 'made', 'at', 'start') }),
    unfinished: async () => files(folder).filter((path) => basename(path).startsWith('.')).length,
    dispose: async () => rmSync(folder, { recursive: true }),
  };
});

describe('A folder of objects', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'annals-objects-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is readable by its owner alone', async () => {
    await folderObjects(folder).put('evidence/a/b/c', Buffer.from('secret'));
    expect(statSync(join(folder, 'evidence/a/b/c')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'evidence/a')).mode & 0o777).toBe(0o700);
  });

  it('lists no file that is no object', async () => {
    const objects = folderObjects(folder);
    await objects.put('evidence/a/b', Buffer.from('b'));
    writeFileSync(join(folder, 'evidence/a/.unfinished-of-a-crash'), 'half');
    writeFileSync(join(folder, 'evidence/a/Thumbs.db'), 'of somebody else');
    expect(await named(objects.list('evidence'))).toEqual(['evidence/a/b']);
  });

  it.each([
    ['is not there', () => undefined],
    ['is a file', (path: string) => writeFileSync(path, '')],
  ])('is away when it %s, and does not look empty', async (_case, make) => {
    const path = join(folder, 'disk');
    make(path);
    const objects = folderObjects(path);
    const away = { status: 503, code: 'object-store-unavailable', headers: { 'retry-after': '1' } };
    await expect(objects.ping()).rejects.toMatchObject(away);
    await expect(objects.put('exports/a', Buffer.from('a'))).rejects.toMatchObject(away);
    await expect(objects.get('exports/a')).rejects.toMatchObject(away);
    await expect(objects.exists('exports/a')).rejects.toMatchObject(away);
    await expect(named(objects.list('exports'))).rejects.toMatchObject(away);
  });

  it('cannot be made where a file is in the way', async () => {
    writeFileSync(join(folder, 'disk'), '');
    const place = { kind: 'folder' as const, folder: join(folder, 'disk/objects') };
    await expect(startObjects(place)).rejects.toMatchObject({ status: 503 });
  });

  it('removes nothing of others when it clears up', async () => {
    const objects = folderObjects(folder);
    mkdirSync(join(folder, 'exports/a'), { recursive: true });
    writeFileSync(join(folder, 'exports/a/b'), 'old');
    writeFileSync(join(folder, 'exports/a/.unfinished-1'), 'half');
    chmodSync(join(folder, 'exports/a/b'), 0o600);
    await objects.removeUnfinished(new Date(Date.now() + 3_600_000));
    expect(files(folder)).toEqual(['exports/a/b']);
  });
});
