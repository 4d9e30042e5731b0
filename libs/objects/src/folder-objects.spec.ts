import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { folderObjects } from './folder-objects.js';
import { named } from './contract/fixture.js';
import { objectsContract } from './objects-contract.js';

const files = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile());

objectsContract('A folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'annals-objects-'));
  return {
    objects: folderObjects(join(folder, 'made', 'by', 'ping')),
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

  it('is away when it is a file, and says so', async () => {
    const objects = folderObjects(join(folder, 'file'));
    writeFileSync(join(folder, 'file'), '');
    const away = { status: 503, code: 'object-store-unavailable', headers: { 'retry-after': '1' } };
    await expect(objects.ping()).rejects.toMatchObject(away);
    await expect(objects.put('exports/a', Buffer.from('a'))).rejects.toMatchObject(away);
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
