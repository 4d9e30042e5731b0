import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { importLimits } from '@annals/contracts';
import { archiveOf, documentOf, manifestFor, memberItems, zipOf } from '../testing/import-files.js';
import { centralEntries, changedEntries } from '../testing/hostile-archives.js';
import { formOf, importer, importsUnderTest } from '../testing/imports-under-test.js';

const imports = importsUnderTest();
const { call, run, asked, stored } = imports;

const head = 'email,name\n';
const good = `${head}a@x.org,A\n`;
const members = 'user.email,user.name\r\na@x.org,A\r\n';
const document = (change?: (said: Record<string, unknown>) => unknown) =>
  documentOf({ members: memberItems(2) }, { manifest: change });
const partsOf = (said: Record<string, unknown>) => said.parts as Record<string, unknown>[];
const deep = (levels: number) => `[{"email":"a@x.org","name":"A","x":${'['.repeat(levels)}${']'.repeat(levels)}}]`;
const archive = () => archiveOf({ 'members.csv': members }, { members: 1 });
const plain = (text: string) => Buffer.from(text);
const megabyte = 1024 * 1024;

type Content = () => string | Buffer | Promise<string | Buffer>;
type Case = readonly [name: string, format: 'csv' | 'json', code: string, content: Content];

/** Refused while they are sent: nothing is ever recorded of them. */
const atTheDoor: readonly Case[] = [
  ['nothing at all', 'csv', 'file-empty', () => ''],
  ['nothing but spaces', 'csv', 'file-blank', () => ' \r\n\t\n'],
  ['nothing but a byte order mark', 'json', 'file-blank', () => '\ufeff'],
  ['UTF-16 with its mark', 'csv', 'encoding-unsupported', () => Buffer.from(`\ufeff${good}`, 'utf16le')],
  ['gzip in the guise of CSV', 'csv', 'file-kind-unsupported', () => gzipSync(good)],
  ['gzip in the guise of JSON', 'json', 'file-kind-unsupported', () => gzipSync('[]')],
  ['HTML in the guise of CSV', 'csv', 'file-kind-unsupported', () => '<!doctype html><script>alert(1)</script>'],
  ['XML', 'json', 'file-kind-unsupported', () => '\ufeff  <?xml version="1.0"?><a/>'],
  ['PDF', 'csv', 'file-kind-unsupported', () => '%PDF-1.7\n%%EOF'],
  [
    'a workbook',
    'csv',
    'spreadsheet-unsupported',
    () => zipOf({ '[Content_Types].xml': '<Types/>', 'xl/workbook.xml': '' }),
  ],
  [
    'a workbook of an old spreadsheet',
    'csv',
    'file-kind-unsupported',
    () => Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1]),
  ],
  ['an archive where JSON was said', 'json', 'format-mismatch', archive],
  ['JSON where CSV was said', 'csv', 'format-mismatch', () => '[{"email":"a@x.org"}]'],
  ['CSV where JSON was said', 'json', 'format-mismatch', () => good],
  ['51 MB', 'csv', 'body-too-large', () => Buffer.concat([plain(head), Buffer.alloc(51 * megabyte, 'a')])],
  [
    'a byte more than 50 MB',
    'csv',
    'file-too-large',
    () => Buffer.concat([plain(head), Buffer.alloc(50 * megabyte, 'a')]),
  ],
];

/** Taken in, found out by the reading: the import fails with the code, and its file goes. */
const byTheReading: readonly Case[] = [
  ['invalid UTF-8', 'csv', 'encoding-invalid', () => Buffer.concat([plain(head), Buffer.from([0xc3, 0x28, 0x0a])])],
  ['Latin-1', 'csv', 'encoding-invalid', () => Buffer.from(`${head}a@x.org,Jos\u00e9\n`, 'latin1')],
  ['a text that ends within a character', 'csv', 'encoding-invalid', () => plain(`${good}b@x.org,é`).subarray(0, -1)],
  ['UTF-16 without a mark', 'csv', 'nul-character', () => Buffer.from(good, 'utf16le')],
  ['NUL in a cell', 'csv', 'nul-character', () => `${head}a@x.org,A\0B\n`],
  ['a million columns', 'csv', 'too-many-columns', () => `${'a,'.repeat(1_000_000)}\n`],
  ['a million cells in a row', 'csv', 'too-many-columns', () => `${head}${','.repeat(1_000_000)}\n`],
  ['a cell of a million characters', 'csv', 'cell-too-large', () => `${head}a@x.org,${'x'.repeat(1_000_000)}\n`],
  ['a quote that never ends', 'csv', 'csv-malformed', () => `${head}a@x.org,"A\n${'b@x.org,B\n'.repeat(100)}`],
  ['a quote that never ends, for megabytes', 'csv', 'record-too-large', () => `${head}"${'x\n'.repeat(5 * megabyte)}`],
  ['quotes in the middle of cells', 'csv', 'csv-malformed', () => `${head}a@x.org,A"B"\n`],
  ['a head alone', 'csv', 'no-rows', () => head],
  ['a column twice', 'csv', 'column-duplicate', () => 'email,name,email\na@x.org,A,b@x.org\n'],
  ['a column without a name', 'csv', 'column-unnamed', () => 'email,,name\na@x.org,,A\n'],
  ['no column for the address', 'csv', 'column-missing', () => 'name\nA\n'],
  ['a column nobody knows', 'csv', 'column-unknown', () => 'email,name,is_super_admin\na@x.org,A,true\n'],
  ['semicolons between the columns', 'csv', 'delimiter-unsupported', () => 'email;name\na@x.org;A\n'],
  [
    '100,001 rows',
    'csv',
    'too-many-rows',
    () => head + Array.from({ length: 100_001 }, (_, n) => `p${n}@x.org,P\n`).join(''),
  ],
  ['another account in a column', 'csv', 'rows-refused', () => `account_id,${head}${randomUUID()},a@x.org,A\n`],
  ['a formula in a cell', 'csv', 'rows-refused', () => `${head}a@x.org,"=HYPERLINK(""http://x"")"\n`],
  ['an address twice', 'csv', 'rows-refused', () => `${head}a@x.org,A\nA@X.org,B\n`],
  ['JSON 50,000 deep', 'json', 'json-too-deep', () => deep(50_000)],
  ['JSON 33 deep', 'json', 'json-too-deep', () => deep(31)],
  ['JSON that is cut off', 'json', 'json-malformed', () => '[{"email":"a@x.org","name":"A"'],
  ['JSON with something after its end', 'json', 'json-malformed', () => '[{"email":"a@x.org","name":"A"}] {}'],
  ['JSON with a comma too many', 'json', 'json-malformed', () => '[{"email":"a@x.org",}]'],
  ['a name twice in one object', 'json', 'key-duplicate', () => '[{"email":"a@x.org","email":"b@x.org","name":"A"}]'],
  ['__proto__', 'json', 'key-forbidden', () => '[{"email":"a@x.org","name":"A","__proto__":{"role":"ADMIN"}}]'],
  ['constructor', 'json', 'key-forbidden', () => '[{"constructor":{"prototype":{}}}]'],
  ['prototype', 'json', 'key-forbidden', () => '[{"prototype":{}}]'],
  [
    'a number that no number can hold',
    'json',
    'number-too-large',
    () => `[{"email":"a@x.org","name":1${'0'.repeat(400)}}]`,
  ],
  ['a number that is not kept exactly', 'json', 'number-too-large', () => '[{"n":9007199254740993}]'],
  [
    'a text of a million characters',
    'json',
    'cell-too-large',
    () => JSON.stringify([{ email: 'x'.repeat(1_000_000) }]),
  ],
  [
    'a hundred thousand values in an object',
    'json',
    'too-many-columns',
    () => `[{${Array.from({ length: 100_000 }, (_, n) => `"k${n}":1`).join(',')}}]`,
  ],
  ['a name without end', 'json', 'key-too-long', () => `[{"${'k'.repeat(10_000)}":1}]`],
  ['an empty list', 'json', 'no-rows', () => '[]'],
  [
    'a manifest with a wrong hash',
    'json',
    'manifest-hash-mismatch',
    () => document((said) => ({ ...said, parts: partsOf(said).map((part) => ({ ...part, sha256: 'f'.repeat(64) })) })),
  ],
  [
    'a manifest with a wrong count',
    'json',
    'manifest-count-mismatch',
    () => document((said) => ({ ...said, parts: partsOf(said).map((part) => ({ ...part, items: 3 })) })),
  ],
  [
    'a manifest without a part that is there',
    'json',
    'manifest-parts-mismatch',
    () => document((said) => ({ ...said, parts: [] })),
  ],
  [
    'a manifest of something else',
    'json',
    'manifest-unknown',
    () => document((said) => ({ ...said, format: 'other-export' })),
  ],
  [
    'a manifest of a version to come',
    'json',
    'manifest-version-unsupported',
    () => document((said) => ({ ...said, format_version: 3 })),
  ],
  [
    'items of a version to come',
    'json',
    'schema-version-unsupported',
    () => document((said) => ({ ...said, parts: partsOf(said).map((part) => ({ ...part, schema_version: 2 })) })),
  ],
  [
    'parts without a manifest',
    'json',
    'manifest-missing',
    () => '{"parts":{"members":[{"user":{"email":"a@x.org","name":"A"}}]}}',
  ],
  ['one byte of a person changed', 'json', 'manifest-hash-mismatch', () => document().replace('person1@', 'person7@')],
  [
    'members of another account than the document',
    'json',
    'wrong-account',
    () =>
      documentOf({
        members: memberItems(1).map((item) => ({
          ...item,
          membership: { ...item.membership, account_id: randomUUID() },
        })),
      }),
  ],
  ['an export without members', 'json', 'part-missing', () => documentOf({ roles: [] })],
  [
    'a zip bomb',
    'csv',
    'archive-too-large',
    () => archiveOf({ 'members.csv': members + 'a'.repeat(20 * megabyte) }, { members: 1 }),
  ],
  [
    'a bomb that lies about its size',
    'csv',
    'archive-malformed',
    async () =>
      changedEntries(
        await archiveOf({ 'members.csv': members + 'a'.repeat(megabyte) }, { members: 1 }),
        'members.csv',
        { uncompressedSize: 100 },
      ),
  ],
  [
    'entries that share their bytes',
    'csv',
    'archive-overlap',
    async () => changedEntries(await archive(), 'members.csv', { compressedSize: 40_000_000 }),
  ],
  [
    'an archive in the archive',
    'csv',
    'archive-nested',
    async () => zipOf({ 'manifest.json': '{}', 'members.zip': await archive() }),
  ],
  [
    'an archive in the guise of a CSV file in the archive',
    'csv',
    'archive-nested',
    async () => {
      const manifest = manifestFor([{ part: 'members', items: 1, json: '[]' }]);
      return zipOf({ 'manifest.json': JSON.stringify(manifest), 'members.csv': await archive() });
    },
  ],
  [
    'a link',
    'csv',
    'archive-link',
    async () => changedEntries(await archive(), 'members.csv', { externalFileAttributes: 0o120777 * 65_536 }),
  ],
  [
    'a path out of the archive',
    'csv',
    'archive-path-unsafe',
    async () =>
      changedEntries(await zipOf({ 'aa/members.csv': members }), 'aa/members.csv', { fileName: '../members.csv' }),
  ],
  [
    'an absolute path',
    'csv',
    'archive-path-unsafe',
    async () =>
      changedEntries(await zipOf({ 'aa/members.csv': members }), 'aa/members.csv', { fileName: '/a/members.csv' }),
  ],
  [
    'a backslash in a path',
    'csv',
    'archive-path-unsafe',
    async () =>
      changedEntries(await zipOf({ 'aa/members.csv': members }), 'aa/members.csv', { fileName: 'aa\\members.csv' }),
  ],
  [
    'an encrypted entry',
    'csv',
    'archive-encrypted',
    async () => changedEntries(await archive(), 'members.csv', { generalPurposeBitFlag: 1 }),
  ],
  [
    'a thousand entries',
    'csv',
    'archive-too-many-entries',
    () => zipOf(Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`f${n}.csv`, 'x']))),
  ],
  [
    'two entries of one name',
    'csv',
    'archive-malformed',
    async () => changedEntries(await zipOf({ 'a.csv': members, 'b.csv': members }), 'b.csv', { fileName: 'a.csv' }),
  ],
  ['an archive that is cut off', 'csv', 'archive-malformed', async () => (await archive()).subarray(0, -30)],
  [
    'an entry that is not as it was packed',
    'csv',
    'archive-malformed',
    async () => changedEntries(await archive(), 'members.csv', { crc32: 1 }),
  ],
  ['an archive without a manifest', 'csv', 'manifest-missing', () => zipOf({ 'members.csv': members })],
  [
    'an archive whose manifest is no JSON',
    'csv',
    'manifest-invalid',
    () => zipOf({ 'manifest.json': '{', 'members.csv': members }),
  ],
  ['an archive without members', 'csv', 'part-missing', () => archiveOf({}, { members: 1 })],
  [
    'an archive with other counts than it says',
    'csv',
    'manifest-count-mismatch',
    () => archiveOf({ 'members.csv': members }, { members: 2 }),
  ],
];

const send = async (content: string | Buffer, format: string) => {
  const who = importer();
  return { who, answer: await call(who, 'POST', '', { body: formOf(content, { format }) }) };
};

it.each(atTheDoor)('%s is refused before anything is recorded', async (_, format, code, content) => {
  const { who, answer } = await send(await content(), format);
  expect(answer.json.code).toBe(code);
  expect([400, 413, 415, 422]).toContain(answer.status);
  expect(await stored(who)).toEqual([]);
  expect((await call(who, 'GET')).json.data).toEqual([]);
});

it.each(byTheReading)('%s is found out, and nothing of it is applied or stays', async (_, format, code, content) => {
  const { who, answer } = await send(await content(), format);
  expect([answer.status, answer.json.code]).toEqual([202, undefined]);
  const id = answer.json.id as string;
  const before = process.memoryUsage().rss;
  await run(who, id);
  expect((await call(who, 'GET', `/${id}`)).json).toMatchObject({ status: 'failed', error: { code } });
  expect(asked('/internal/imports/members')).toEqual([]);
  expect(await stored(who)).toEqual([]);
  expect(process.memoryUsage().rss - before).toBeLessThan(8 * importLimits.bytes);
});

it('knows archives well enough to have changed them', async () => {
  expect(centralEntries(await archive()).map(({ fileName }) => fileName)).toEqual(['manifest.json', 'members.csv']);
});

it('a form that goes on after its file leaves nothing, though the file was stored by then', async () => {
  const who = importer();
  const form = formOf(good);
  form.append('kind', 'self');
  const { status, json } = await call(who, 'POST', '', { body: form });
  expect([status, json.code]).toEqual([400, 'part-unexpected']);
  expect(await stored(who)).toEqual([]);
  const { pool } = imports.parts().workshop;
  expect((await pool.query('select from import_file where account = $1', [who.account_id])).rowCount).toBe(0);
});
