import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openObjects, provisionObjects } from './open-objects.js';
import { readObjectsUrl } from './objects-url.js';

describe('the place of objects', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'annals-objects-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is a folder', () => {
    expect(readObjectsUrl('file:///var/lib/annals%20objects')).toEqual({
      kind: 'folder',
      folder: '/var/lib/annals objects',
    });
  });

  it('is a bucket with TLS in us-east-1 unless said', () => {
    expect(readObjectsUrl('s3://key:secret@s3.example/bucket')).toEqual({
      kind: 's3',
      endpoint: 'https://s3.example',
      region: 'us-east-1',
      bucket: 'bucket',
      accessKey: 'key',
      secret: 'secret',
    });
  });

  it('is a bucket of a store without TLS on a port of its own', () => {
    expect(readObjectsUrl('s3://key:a%2Fb%2Bc@objects:7070/my-bucket?region=eu-central-1&tls=false')).toMatchObject({
      endpoint: 'http://objects:7070',
      region: 'eu-central-1',
      bucket: 'my-bucket',
      secret: 'a/b+c',
    });
  });

  it('may have its secret in a file of its own', () => {
    const file = join(folder, 'secret');
    writeFileSync(file, 'a/b+c\n');
    expect(readObjectsUrl(`s3://key@s3.example/bucket?secret_file=${file}`)).toMatchObject({ secret: 'a/b+c' });
  });

  it.each([
    ['/var/lib/objects', 'is file:///folder, or s3://'],
    ['https://s3.example/bucket', 'is file:///folder, or s3://'],
    ['s3://key:hush/hush@s3.example/bucket', 'percent-encoded'],
    ['file://server/share', 'without host'],
    ['file:///', 'below the root'],
    ['s3://key:hush@/bucket', 'is file:///folder, or s3://'],
    ['s3:///bucket', 'names the host'],
    ['s3://s3.example/bucket', 'has an access key and a secret'],
    ['s3://key@s3.example/bucket', 'has an access key and a secret'],
    ['s3://key:hush%@s3.example/bucket', 'write it as %25'],
    ['s3://key:hush@s3.example', 'names one bucket'],
    ['s3://key:hush@s3.example/bucket/below', 'names one bucket'],
    ['s3://key:hush@s3.example/Bucket', 'names one bucket'],
    ['s3://key:hush@s3.example/bucket?tls=no', 'tls=true or tls=false'],
    ['s3://key:hush@s3.example/bucket?region=', 'has a region'],
    ['s3://key:hush@s3.example/bucket?path=style', 'and not path'],
    ['s3://key:hush@s3.example/bucket?secret_file=/nowhere', 'has the secret twice'],
    ['s3://key@s3.example/bucket?secret_file=/nowhere/hush', 'cannot be read (ENOENT)'],
  ])('is not %s, and the line that says so shows nothing of it', (text, line) => {
    const message = messageOf(() => readObjectsUrl(text));
    expect(message).toContain(line);
    expect(message).not.toMatch(/hush|\n/);
  });

  it('is made where it is not there yet', async () => {
    const place = readObjectsUrl(`file://${folder}/new/folder`);
    await provisionObjects(place);
    const objects = openObjects(place);
    await objects.put('exports/a', Buffer.from('a'));
    expect((await objects.get('exports/a')).toString()).toBe('a');
    expect(() => objects.close()).not.toThrow();
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}
