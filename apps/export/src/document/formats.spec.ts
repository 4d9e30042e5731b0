import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { AnyExportManifest, ExportManifest } from '@annals/contracts';
import fc from 'fast-check';
import { contentOf, partOf, sha256Of } from '../testing/content-of.js';
import { readArchive } from '../testing/read-archive.js';
import { readCsv } from '../testing/read-csv.js';
import { archiveOf } from './archive.js';
import { flatten } from './flatten.js';
import { renderFile } from './render.js';

const file = (text: string, media_type = 'application/pdf') => {
  const bytes = Buffer.from(text);
  return { media_type, bytes: bytes.length, base64: bytes.toString('base64') };
};
const user = partOf('user', 'one', [{ name: 'Ada', 'odd.name': '=1+1', tags: ['a', 'b'], home: { city: null } }]);
const sessions = partOf('sessions', 'many', [
  { id: 1, device: { name: 'Phone, "red"' } },
  { id: 2, current: true },
]);
const nothing = partOf('avatar', 'one', []);
const none = partOf('devices', 'many', []);
const evidence = partOf('evidence', 'many', [
  { id: 'a', file: file('%PDF-1') },
  { id: 'b', file: file('png', 'image/png') },
]);

describe('the JSON document', () => {
  const read = async () => (await buffer(renderFile(contentOf([user, sessions, nothing, none])))).toString();

  it('holds every part as it was read, and a manifest that fits them', async () => {
    const { manifest, parts } = JSON.parse(await read()) as { manifest: unknown; parts: Record<string, unknown> };
    expect(Object.keys(parts)).toEqual(['user', 'sessions', 'avatar', 'devices']);
    expect([parts.avatar, parts.devices]).toEqual([null, []]);
    for (const { part, sha256, bytes } of ExportManifest.parse(manifest).parts) {
      const json = JSON.stringify(parts[part]);
      expect([sha256Of(json), Buffer.byteLength(json)]).toEqual([sha256, bytes]);
    }
  });

  it('says where each part comes from, why it is processed and how long it is kept, as the contracts are marked', async () => {
    const { parts } = ExportManifest.parse((JSON.parse(await read()) as { manifest: unknown }).manifest);
    expect(parts[1]).toMatchObject({ part: 'sessions', source: 'identity', schema_version: 1 });
    expect(parts[1]!.purposes).toEqual([
      {
        ...{ purpose: 'security', basis: 'legitimate_interest', retention: 'P1Y' },
        categories: ['online_identifier'],
      },
    ]);
  });

  it('is the same when it is made again', async () => expect(await read()).toBe(await read()));

  it('of the first version is still understood', () => {
    const { parts: _parts, scope: _scope, formats: _formats, ...common } = contentOf([]).manifest;
    const old = { ...common, format_version: 1, parts: [{ part: 'user', items: 1, sha256: 'x', schema_version: 1 }] };
    expect(AnyExportManifest.parse(old).format_version).toBe(1);
    expect(AnyExportManifest.safeParse({ ...old, format_version: 3 }).success).toBe(false);
  });
});

describe('the archive of CSV files', () => {
  const parts = [user, sessions, nothing, none, evidence];
  const read = async () => readArchive(await buffer(renderFile(contentOf(parts, ['csv']))));
  const table = async (name: string) => readCsv((await read()).get(name)!.toString());

  it('has a file for each part, the files that stand in them, and the manifest', async () => {
    const files = await read();
    expect([...files.keys()]).toEqual([
      ...['user.csv', 'sessions.csv', 'avatar.csv', 'devices.csv', 'evidence.csv'],
      ...['files/evidence/1.pdf', 'files/evidence/2.png', 'manifest.json'],
    ]);
    expect(files.get('files/evidence/1.pdf')!.toString()).toBe('%PDF-1');
    const manifest = ExportManifest.parse(JSON.parse(files.get('manifest.json')!.toString()));
    expect([manifest.csv_safe, manifest.parts.length]).toEqual([1, 5]);
  });

  it('flattens objects by dotted names, lists to JSON, and runs no formula', async () =>
    expect(await table('user.csv')).toEqual([
      ['name', 'odd\\.name', 'tags', 'home.city'],
      ['Ada', "'=1+1", '["a","b"]', ''],
    ]));

  it('has the columns of all lines, in the order they came', async () =>
    expect(await table('sessions.csv')).toEqual([
      ['id', 'device.name', 'current'],
      ['1', 'Phone, "red"', ''],
      ['2', '', 'true'],
    ]));

  it('says where the bytes of a file are', async () =>
    expect(await table('evidence.csv')).toEqual([
      ['id', 'file.media_type', 'file.bytes', 'file.file'],
      ['a', 'application/pdf', '6', 'files/evidence/1.pdf'],
      ['b', 'image/png', '3', 'files/evidence/2.png'],
    ]));

  it('has no file with any number of columns: what is too many stands in one, as JSON', async () => {
    const wide = Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`k${n}`, n]));
    const content = contentOf([partOf('activity', 'many', [wide])], ['csv']);
    const files = await readArchive(await buffer(renderFile(content)));
    const [header, line] = readCsv(files.get('activity.csv')!.toString()) as [string[], string[]];
    expect(header).toHaveLength(501);
    expect(Object.keys(JSON.parse(line[header.indexOf('more')]!) as object)).toHaveLength(100);
  });

  const odd = fc.string({ unit: fc.constantFrom(...'a=+-@,;"\'\t\r\n\0 é.\\') });
  const value = fc.oneof(odd, fc.integer(), fc.boolean(), fc.constant(null), fc.array(odd, { maxLength: 2 }));
  const item = fc.dictionary(odd, fc.oneof(value, fc.dictionary(odd, value, { maxKeys: 3 })), { maxKeys: 4 });

  it('begins no cell as a formula does, and no cell holds a NUL, whatever people are called', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 4 }), async (items) => {
        const files = await readArchive(
          await buffer(renderFile(contentOf([partOf('records', 'many', items)], ['csv']))),
        );
        const lines = readCsv(files.get('records.csv')!.toString());
        expect(lines).toHaveLength(items.length + 1);
        for (const cell of lines.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\n]|\0/);
      }),
      { numRuns: 60 },
    );
  });

  it('tells a field with the empty name from the item itself', () =>
    expect([...flatten({ a: {}, '': { a: false } }).cells]).toEqual([
      ['a', '{}'],
      ['.a', 'false'],
    ]));

  it('gives no two fields one column', () => {
    fc.assert(
      fc.property(item, (one) => {
        const leaves = (value: unknown): number =>
          typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
            ? Object.values(value).reduce<number>((sum, each) => sum + leaves(each), 0)
            : 1;
        expect(flatten(one).cells.size).toBe(leaves(one));
      }),
    );
  });
});

describe('several formats', () => {
  it('come in one archive', async () => {
    const content = contentOf([user, evidence], ['pdf', 'json', 'csv']);
    const files = await readArchive(await buffer(renderFile(content)));
    expect([...files.keys()]).toEqual([
      ...['export.json', 'csv/user.csv', 'csv/evidence.csv', 'csv/files/evidence/1.pdf', 'csv/files/evidence/2.png'],
      ...['csv/manifest.json', 'export.pdf'],
    ]);
    expect(JSON.parse(files.get('export.json')!.toString())).toMatchObject({ parts: { user: { name: 'Ada' } } });
    expect(files.get('export.pdf')!.subarray(0, 5).toString()).toBe('%PDF-');
  });
});

describe('an archive', () => {
  const broken = { ...sessions, items_json: () => failing() };
  async function* failing(): AsyncGenerator<Buffer> {
    yield Buffer.from('{}');
    throw new Error('the store went away');
  }

  it.each([['json'], ['csv'], ['pdf'], ['json', 'csv', 'pdf']] as const)(
    'or a document in %s fails with what it is made of, and has no end',
    async (...formats) => {
      await expect(buffer(renderFile(contentOf([user, broken], formats)))).rejects.toThrow('the store went away');
    },
  );

  it('that nobody takes any more lets its entries go', async () => {
    const endless = Readable.from(
      (async function* () {
        for (;;) yield Buffer.alloc(65_536, Math.random().toString());
      })(),
    );
    const archive = archiveOf(
      (async function* () {
        yield { name: 'endless', content: endless, packed: true };
      })(),
      new Date(0),
    );
    for await (const _chunk of archive) break;
    await new Promise((done) => (endless.destroyed ? done(undefined) : endless.once('close', done)));
    expect(endless.destroyed).toBe(true);
  });
});
