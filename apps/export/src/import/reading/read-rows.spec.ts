import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ImportMapping, RowProblem } from '@annals/contracts';
import fc from 'fast-check';
import { archiveOf, documentOf, memberItems } from '../../testing/import-files.js';
import { isRow } from '../row.js';
import { readRows, readSelf } from './read-rows.js';
import type { Read, ReadOptions } from './options.js';

const accountId = randomUUID();
const csv: ReadOptions = { kind: 'members', format: 'csv', mapping: null, csvSafe: false, accountId };
const json: ReadOptions = { ...csv, format: 'json' };

/** In pieces of any size, as a network gives them. */
const sourceOf = (content: string | Buffer, piece = 7) => {
  const bytes = Buffer.from(content);
  return Readable.from(
    Array.from({ length: Math.ceil(bytes.length / piece) }, (_, at) => bytes.subarray(at * piece, (at + 1) * piece)),
  );
};
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
async function read(content: string | Buffer, options: ReadOptions): Promise<Read[]> {
  return all(readRows(sourceOf(content, content.length > 10_000 ? 65_536 : 7), options));
}
const values = async (content: string | Buffer, options: ReadOptions) =>
  (await read(content, options)).map((row) => (isRow(row) ? row.value : row));
const mapped = (columns: ImportMapping['columns']): ImportMapping => ({ columns });
const problem = (row: number, field: string | null, code: string) =>
  expect.objectContaining({ row, field, code }) as RowProblem;

describe('a CSV file of members', () => {
  it('gives a person for each row, by the names of its columns', async () => {
    const file =
      'email,name,role,profile.bio,privacy.searchable,preferences.theme.mode,profile.social_links.github\r\n' +
      ' Ada@Example.com ,"Lovelace, Ada",EDITOR,"Two\nlines",false,dark,https://github.com/ada\r\n';
    expect(await read(file, csv)).toEqual([
      {
        row: 1,
        value: {
          ...{ email: 'ada@example.com', name: 'Lovelace, Ada', role: 'EDITOR' },
          profile: { bio: 'Two\nlines', social_links: { github: 'https://github.com/ada' } },
          ...{ privacy: { searchable: false }, preferences: { theme: { mode: 'dark' } } },
        },
      },
    ]);
  });

  it('may begin with a byte order mark, end lines in either way, and leave lines empty', async () => {
    const file = '\ufeffemail,name\r\na@x.org,A\n\nb@x.org,B\r\n\r\n';
    expect(await values(file, csv)).toEqual([
      { email: 'a@x.org', name: 'A' },
      { email: 'b@x.org', name: 'B' },
    ]);
  });

  it('says nothing in an empty cell', async () => {
    expect(await values('email,name,role,profile.bio\na@x.org,A,,\n', csv)).toEqual([{ email: 'a@x.org', name: 'A' }]);
  });

  it('lists roles of the account by name, as JSON or with semicolons between', async () => {
    const file = 'email,name,roles\na@x.org,A,"[""Night shift"",""Press""]"\nb@x.org,B,Night shift; Press\n';
    expect((await values(file, csv)).map((value) => (value as { roles: string[] }).roles)).toEqual([
      ['Night shift', 'Press'],
      ['Night shift', 'Press'],
    ]);
  });

  it.each([
    ['a phone number', 'profile.phone_number', '+43 1 234567', '+43 1 234567'],
    ['a formula, when an apostrophe guards it', 'profile.bio', "'=1+1", "'=1+1"],
  ])('takes %s for what it is', async (_, column, cell, expected) => {
    const [value] = await values(`email,name,${column}\na@x.org,A,${cell}\n`, csv);
    expect(JSON.stringify(value)).toContain(JSON.stringify(expected));
  });

  it('loses the apostrophe before a formula exactly once, and only when it says that it has them', async () => {
    const file = `email,name\na@x.org,'=A\nb@x.org,''=B\nc@x.org,'Cato\n`;
    const names = async (csvSafe: boolean) =>
      (await values(file, { ...csv, csvSafe })).map((value) => (value as { name: string }).name);
    expect(await names(true)).toEqual(['=A', "'=B", "'Cato"]);
    expect(await names(false)).toEqual(["'=A", "''=B", "'Cato"]);
  });
});

describe('problems of rows', () => {
  it('name row, field and code, and every other row is read', async () => {
    const file =
      'email,name,role,profile.date_of_birth,account_id\n' +
      'nobody,A,VIEWER,1990-01-01,\n' +
      'b@x.org,,KING,31.12.1990,\n' +
      `c@x.org,=cmd(),VIEWER,,\n` +
      `d@x.org,D,VIEWER,,${randomUUID()}\n` +
      'e@x.org,E,VIEWER\n' +
      `f@x.org,F,VIEWER,,${accountId}\n` +
      'F@X.org,G,VIEWER,,\n';
    expect(await read(file, csv)).toEqual([
      problem(1, 'email', 'invalid-format'),
      problem(2, 'profile.date_of_birth', 'invalid-format'),
      { row: 2, field: 'name', code: 'required', detail: 'is missing' },
      problem(2, 'role', 'invalid-value'),
      problem(3, 'name', 'formula-cell'),
      problem(4, 'account_id', 'wrong-account'),
      problem(5, null, 'columns-mismatch'),
      { row: 6, value: { email: 'f@x.org', name: 'F', role: 'VIEWER' } },
      problem(7, 'email', 'duplicate-email'),
    ]);
  });

  it('never repeat what the row says', async () => {
    const secret = fc.stringMatching(/^[A-Z]{12,20}$/);
    const places = ['email', 'name', 'role', 'profile', 'secret', 'privacy', 'preferences', 'account_id', 'roles'];
    await fc.assert(
      fc.asyncProperty(secret, fc.constantFrom(...places), fc.constantFrom(...places), async (text, place, other) => {
        const item = { email: 'a@x.org', name: 'A', [place]: text, [other]: { [text]: text, timezone: text } };
        const found = await read(JSON.stringify([item]), json);
        expect(found.filter((row) => !isRow(row)).length).toBeGreaterThan(0);
        expect(JSON.stringify(found.filter((row) => !isRow(row)))).not.toContain(text);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a mapping', () => {
  it('makes people of columns that are called anything', async () => {
    const file = 'E-Mail,Vorname,Nachname,Geboren,Rolle,Newsletter\nADA@X.ORG,ada,Lovelace,10.12.1815,Chefin,ja\n';
    const mapping = mapped({
      email: { from: 'E-Mail', transform: [{ op: 'trim' }, { op: 'lowercase' }] },
      name: { from: ['Vorname', 'Nachname'], join: ' ', transform: [{ op: 'uppercase_first' }] },
      'profile.date_of_birth': { from: 'Geboren', transform: [{ op: 'date', format: 'DD.MM.YYYY' }] },
      role: { from: 'Rolle', transform: [{ op: 'map', values: { Chefin: 'MANAGER' } }] },
      'privacy.searchable': { from: 'Newsletter', transform: [{ op: 'boolean', yes: ['ja'], no: ['nein'] }] },
    });
    expect(await values(file.replace('1815', '1915'), { ...csv, mapping })).toEqual([
      {
        ...{ email: 'ada@x.org', name: 'Ada Lovelace', role: 'MANAGER' },
        ...{ profile: { date_of_birth: '1915-12-10' }, privacy: { searchable: true } },
      },
    ]);
  });

  it('reads objects by their names, and objects in them with dots between', async () => {
    const mapping = mapped({ email: { from: 'contact.mail', transform: [] }, name: { from: 'n', transform: [] } });
    expect(await values('[{"contact":{"mail":"a@x.org"},"n":"A","more":1}]', { ...json, mapping })).toEqual([
      { email: 'a@x.org', name: 'A' },
    ]);
  });

  it.each([
    ['a column that is not there', { email: { from: 'Mail', transform: [] } }, 'column-unknown', '"Mail"'],
    ['a place that is not there', { emial: { from: 'email', transform: [] } }, 'target-unknown', '"emial"'],
    ['no place for the name', { email: { from: 'email', transform: [] } }, 'column-missing', '"name"'],
  ])('that names %s is refused with that name', async (_, columns, code, name) => {
    await expect(read('email,name\na@x.org,A\n', { ...csv, mapping: mapped(columns) })).rejects.toMatchObject({
      ...{ status: 422, code },
      detail: expect.stringContaining(name) as string,
    });
  });

  it('reports values that it cannot transform', async () => {
    const mapping = mapped({
      email: { from: 'email', transform: [] },
      name: { from: 'name', transform: [] },
      role: { from: 'role', transform: [{ op: 'map', values: { boss: 'ADMIN' } }] },
    });
    expect(await read('email,name,role\na@x.org,A,chief\n', { ...csv, mapping })).toEqual([
      problem(1, 'role', 'value-not-mapped'),
    ]);
  });
});

describe('JSON', () => {
  const people = [
    { email: 'a@x.org', name: 'A', profile: { bio: 'x' } },
    { email: 'b@x.org', name: 'B', account_id: accountId },
  ];
  const expected = [people[0], { email: 'b@x.org', name: 'B' }];

  it.each([
    ['a list', JSON.stringify(people)],
    ['lines', people.map((person) => JSON.stringify(person)).join('\n')],
  ])('of %s gives each object', async (_, text) => {
    expect(await values(text, json)).toEqual(expected);
  });

  it.each([1, 2] as const)(
    'of our export of version %i gives its members, whatever account they were of',
    async (version) => {
      const items = memberItems(3);
      const file = documentOf({ members: items, roles: [{ name: 'Press' }], account: { name: 'Acme' } }, { version });
      const found = await values(file, json);
      expect(found).toHaveLength(3);
      expect(found[0]).toEqual({
        ...{ email: items[0]!.user.email, name: items[0]!.user.name, role: items[0]!.membership.role },
        ...{
          roles: ['Press'],
          profile: items[0]!.profile,
          privacy: items[0]!.privacy,
          preferences: items[0]!.preferences,
        },
      });
    },
  );

  it('of an export is found changed when one of its characters was', async () => {
    const file = documentOf({ members: memberItems(2), roles: [{ name: 'Press' }] });
    const at = file.indexOf('Press');
    await expect(read(`${file.slice(0, at)}Dress${file.slice(at + 5)}`, json)).rejects.toMatchObject({
      ...{ status: 422, code: 'manifest-hash-mismatch' },
      detail: expect.stringContaining('"members"') as string,
    });
  });

  it('of any value has the hash that JSON.stringify gives it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), { maxLength: 5 }),
        async (extra) => {
          const items = memberItems(1);
          // Numbers that no file of ours has are refused before anybody takes a hash.
          const safe = JSON.parse(
            JSON.stringify(extra, (_, v: unknown) => (typeof v === 'number' ? Math.round(v) % 1000 : v)),
          ) as unknown[];
          // So are three names, which the generator knows and takes now and then.
          const forbidden = ['__proto__', 'constructor', 'prototype'];
          const plain = JSON.parse(
            JSON.stringify(safe, (k, v: unknown) => (forbidden.includes(k) ? undefined : v)),
          ) as unknown[];
          expect(
            await values(documentOf({ members: items, extra: plain.filter((v) => v !== null) }), json),
          ).toHaveLength(1);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('an archive of CSV files', () => {
  it('gives the members of an export, each apostrophe gone once', async () => {
    const rows = `user.email,user.name,membership.role,membership.roles,profile.bio,profile.updated_at\r\na@x.org,'=A,EDITOR,[],'-x,2026-01-01\r\n`;
    const archive = await archiveOf({ 'members.csv': rows }, { members: 1 });
    expect(await values(archive, csv)).toEqual([
      { email: 'a@x.org', name: '=A', role: 'EDITOR', roles: [], profile: { bio: '-x' } },
    ]);
  });
});

describe('what somebody says of themselves', () => {
  const self = { ...json, kind: 'self' } as const;
  const profile = {
    user_id: randomUUID(),
    account_id: accountId,
    bio: 'x',
    avatar: null,
    verified: null,
    updated_at: null,
  };
  const said = { profile: { bio: 'x' }, privacy: { searchable: false } };
  const readAll = (content: string | Buffer, options: ReadOptions) => all(readSelf(sourceOf(content), options));

  it('is taken from an own export, without what nobody can set', async () => {
    const file = documentOf(
      { user: { email: 'a@x.org' }, profile, privacy: { ...said.privacy, account_id: accountId } },
      { accountId },
    );
    expect(await readAll(file, self)).toEqual([{ row: 1, value: said }]);
  });

  it('is taken from an archive', async () => {
    const files = { 'profile.csv': `bio,account_id\r\nx,${accountId}\r\n`, 'privacy.csv': 'searchable\r\nfalse\r\n' };
    const archive = await archiveOf(files, { profile: 1, privacy: 1 }, { accountId });
    expect(await readAll(archive, { ...self, format: 'csv' })).toEqual([{ row: 1, value: said }]);
  });

  it('is taken from an object, and from one row', async () => {
    expect(await readAll(JSON.stringify(said), self)).toEqual([{ row: 1, value: said }]);
    const rows = 'profile.bio,privacy.searchable\nx,false\ny,true\n';
    expect(await readAll(rows, { ...self, format: 'csv' })).toEqual([
      { row: 1, value: said },
      problem(2, null, 'too-many-rows'),
    ]);
  });
});

it('gives the same rows again, in whatever pieces the file comes', async () => {
  const file = Buffer.from(
    `email,name\n${Array.from({ length: 50 }, (_, n) => `p${n}@x.org,Pérsön ${n} 🙂\n`).join('')}`,
  );
  const hashes = new Set<string>();
  for (const piece of [1, 2, 3, 64, 100_000]) {
    const rows = await all(readRows(sourceOf(file, piece), csv));
    hashes.add(createHash('sha256').update(JSON.stringify(rows)).digest('hex'));
  }
  expect(hashes.size).toBe(1);
});
