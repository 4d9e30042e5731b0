import { randomUUID } from 'node:crypto';
import type { CurrentUserContext } from '@annals/contracts';
import { signedIn } from '@annals/testing';
import { fresh } from '../testing/fresh.js';
import { formOf, importer, importsUnderTest } from '../testing/imports-under-test.js';
import { documentOf } from '../testing/import-files.js';
import { sweepImports } from './work/sweep-imports.js';

const imports = importsUnderTest();
const { call, run, asked, stored } = imports;

const three = 'email,name,profile.bio\na@x.org,A,x\nb@x.org,B,\nc@x.org,C,y\n';
const flawed = 'email,name\na@x.org,A\nnobody,B\n';

const send = (
  who: CurrentUserContext,
  file: string | Buffer = three,
  fields: Record<string, string> = {},
  headers: Record<string, string> = {},
) => call(who, 'POST', '', { body: formOf(file, fields), headers });
async function requested(who: CurrentUserContext, file?: string, fields?: Record<string, string>): Promise<string> {
  const { status, json } = await send(who, file, fields);
  expect([status, json.code]).toEqual([202, undefined]);
  return json.id as string;
}
async function done(who: CurrentUserContext, file?: string, fields?: Record<string, string>): Promise<string> {
  const id = await requested(who, file, fields);
  await run(who, id);
  return id;
}
const codeOf = ({ status, json }: { status: number; json: Record<string, unknown> }) => [status, json.code];
const seen = async (who: CurrentUserContext, id: string) => (await call(who, 'GET', `/${id}`)).json;
const errorsOf = async (who: CurrentUserContext, id: string) => (await call(who, 'GET', `/${id}/errors`)).json.data;

describe('sending a file', () => {
  it('answers 202 with where to look, and keeps it sealed', async () => {
    const who = importer();
    const { status, json, headers } = await send(who);
    expect([status, json]).toEqual([202, expect.objectContaining({ status: 'queued', size_bytes: three.length })]);
    expect(headers.get('location')).toBe(`/api/v1/users/data/import/${json.id as string}`);
    const [name] = await stored(who);
    expect((await imports.parts().objects.get(name!)).includes('x.org')).toBe(false);
  });

  it('twice with one key is one import and one file; another file under the key changes nothing', async () => {
    const who = importer();
    const key = { 'idempotency-key': 'people-of-may' };
    const first = await send(who, three, {}, key);
    const again = await send(who, three, {}, key);
    expect([again.status, again.json, again.headers.get('idempotency-replayed')]).toEqual([202, first.json, 'true']);
    expect((await send(who, flawed, {}, key)).status).toBe(422);
    expect((await send(who, three, { dry_run: 'true' }, key)).status).toBe(422);
    expect(await stored(who)).toHaveLength(1);
    await run(who, first.json.id as string);
    expect(await seen(who, first.json.id as string)).toMatchObject({ status: 'succeeded', outcomes: { created: 3 } });
  });

  it.each<[string, Record<string, string>, number, string]>([
    ['that is no JSON', { mapping: '{' }, 422, 'mapping-invalid'],
    [
      'with a step nobody knows',
      { mapping: '{"columns":{"email":{"from":"a","transform":[{"op":"eval"}]}}}' },
      422,
      'mapping-invalid',
    ],
    ['to nowhere', { mapping: '{"columns":{"emial":{"from":"a"}}}' }, 422, 'target-unknown'],
    ['that is far too long', { mapping: 'x'.repeat(40_000) }, 400, 'form-malformed'],
  ])('with a mapping %s is refused at once, and nothing of it stays', async (_, fields, status, code) => {
    const who = importer();
    expect(codeOf(await send(who, three, fields))).toEqual([status, code]);
    expect(await stored(who)).toEqual([]);
  });

  it('needs the rights to import and to make people known, and a recent proof', async () => {
    const lacking = (without: string) => {
      const who = importer();
      return { ...who, permissions: who.permissions.filter((held) => held !== without) };
    };
    for (const who of [signedIn('MANAGER'), lacking('IMPORT_ACCOUNT_DATA'), lacking('MANAGE_ALL_USERS')]) {
      expect((await send(who)).status).toBe(403);
    }
    const long = new Date(Date.now() - 3_600_000).toISOString();
    expect(codeOf(await send(importer({ authenticated_at: long })))).toEqual([403, 'reauthentication-required']);
  });

  it('about oneself needs no right', async () => {
    const who = signedIn('VIEWER');
    const id = await requested(who, '{"profile":{"bio":"x"}}', { kind: 'self', format: 'json' });
    await run(who, id);
    expect(await seen(who, id)).toMatchObject({ status: 'succeeded', kind: 'self' });
    const [{ rows }] = asked('/internal/imports/profiles') as [{ rows: unknown[] }];
    expect(rows).toEqual([{ row: 1, user_id: who.user_id, profile: { bio: 'x' } }]);
    expect(asked('/internal/imports/members')).toEqual([]);
  });

  it('is put off while the person, or the account, has enough that have not ended', async () => {
    const who = importer();
    const ids = [await requested(who), await requested(who)];
    const refused = await send(who);
    expect([codeOf(refused), refused.headers.get('retry-after')]).toEqual([[429, 'imports-running'], '30']);
    const colleague = importer({ account_id: who.account_id });
    await requested(colleague);
    expect(codeOf(await send(colleague))).toEqual([429, 'too-many-imports']);
    expect((await send(importer({ user_id: who.user_id }))).status).toBe(202);
    await run(who, ids[0]!);
    expect((await send(who)).status).toBe(202);
  });
});

describe('an import', () => {
  it('applies every row, tells how they ended, and leaves no file', async () => {
    const who = importer();
    const id = await done(who);
    expect(await seen(who, id)).toMatchObject({
      ...{ status: 'succeeded', validation: { rows: 3, refused_rows: 0, problems: 0 }, error: null },
      ...{ outcomes: { created: 3, refused: 0 }, progress: { done: 3, total: 3, percent: 100 } },
    });
    expect(await stored(who)).toEqual([]);
  });

  it('applies nothing when a row has a problem', async () => {
    const who = importer();
    const id = await done(who, flawed);
    expect(await seen(who, id)).toMatchObject({ status: 'failed', error: { code: 'rows-refused' } });
    expect(asked('/internal/imports/members')).toEqual([]);
    expect(await errorsOf(who, id)).toMatchObject([{ row: 2, field: 'email', code: 'invalid-format' }]);
    expect(await stored(who)).toEqual([]);
  });

  it('skips rows with problems when it is to', async () => {
    const who = importer();
    const id = await done(who, flawed, { on_error: 'skip' });
    expect(await seen(who, id)).toMatchObject({ status: 'succeeded', outcomes: { created: 1, refused: 1 } });
  });

  it('that is a rehearsal changes nothing and reports the same', async () => {
    const who = importer();
    const id = await done(who, flawed, { dry_run: 'true' });
    expect(await seen(who, id)).toMatchObject({
      ...{ status: 'succeeded', dry_run: true, validation: { rows: 2, refused_rows: 1, problems: 1 } },
    });
    expect(await errorsOf(who, id)).toHaveLength(1);
    expect(asked('/internal/imports/members')).toEqual([]);
  });

  it.each([
    ['the right to import', { permissions: ['MANAGE_ALL_USERS'] }, 200, 'permission-required'],
    ['their membership', { code: 'membership-ended', detail: 'You are no longer a member' }, 403, 'membership-ended'],
  ])('of somebody who has lost %s since then applies nothing', async (_, body, status, code) => {
    const who = importer();
    const id = await requested(who);
    imports.answer(({ path }) => (path === '/internal/authority' ? { status, body } : undefined));
    await run(who, id);
    expect(await seen(who, id)).toMatchObject({ status: 'failed', error: { code } });
    expect(asked('/internal/imports/members')).toEqual([]);
    expect(await stored(who)).toEqual([]);
  });

  it('of somebody who was erased meanwhile applies nothing', async () => {
    const who = importer();
    const id = await requested(who);
    await imports.stores().keys.fence(`${who.account_id}/${who.user_id}`);
    await run(who, id);
    expect(asked('/internal/imports/members')).toEqual([]);
    expect(await stored(who)).toEqual([]);
    const codes: unknown[] = [];
    const stream = `import-${who.account_id}_${id}`;
    for await (const { data } of imports.stores().store.readStream(stream)) codes.push(data.code, data.detail);
    expect(codes.slice(-2)).toEqual(['subject-erased', null]);
  });

  it('goes on where its worker died: the file is read again, and nothing is reported twice', async () => {
    const who = importer();
    const id = await requested(who, flawed, { on_error: 'skip' });
    const dies = () => Promise.reject(new Error('killed'));
    // Killed before the fact of the validation, after it, and before the end.
    for (const nth of [1, 2, 3]) {
      let writes = 0;
      const { store } = imports.parts().workshop;
      const execute = (...args: Parameters<typeof store.execute>) =>
        ++writes === nth ? dies() : store.execute(...args);
      await run(who, id, { store: { ...store, execute } as typeof store }).catch(() => undefined);
    }
    await run(who, id);
    expect(await seen(who, id)).toMatchObject({ status: 'succeeded', outcomes: { created: 1, refused: 1 } });
    expect(await errorsOf(who, id)).toHaveLength(1);
    const types: string[] = [];
    for await (const { type } of imports.stores().store.readStream(`import-${who.account_id}_${id}`)) types.push(type);
    expect(types).toEqual(['ImportRequested', 'ImportValidated', 'ImportSucceeded']);
  });

  it('cannot be seen, cancelled or followed by others, nor in another account by an identical id', async () => {
    const who = importer();
    const id = await requested(who);
    for (const other of [importer({ account_id: who.account_id }), importer({ user_id: who.user_id })]) {
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/errors'],
        ['GET', '/errors/file'],
        ['GET', '/events'],
        ['DELETE', ''],
      ] as const) {
        expect(codeOf(await call(other, method, `/${id}${path}`))).toEqual([404, 'import-unknown']);
      }
      expect((await call(other, 'GET')).json.data).toEqual([]);
    }
    expect(codeOf(await call(who, 'GET', `/${randomUUID()}`))).toEqual([404, 'import-unknown']);
  });

  it('that is cancelled applies nothing more, and its file goes', async () => {
    const who = importer();
    const id = await requested(who);
    expect((await call(who, 'DELETE', `/${id}`)).status).toBe(204);
    expect((await call(who, 'DELETE', `/${id}`)).status).toBe(204);
    await run(who, id);
    expect(await seen(who, id)).toMatchObject({ status: 'cancelled' });
    expect([asked('/internal/imports/members'), await stored(who)]).toEqual([[], []]);
  });

  it('that is cancelled while it is read ends within some rows', async () => {
    const who = importer();
    const rows = Array.from({ length: 3_000 }, (_, n) => `p${n}@x.org,P\n`).join('');
    const id = await requested(who, `email,name\n${rows}`);
    const { store } = imports.parts().workshop;
    let loads = 0;
    const load = async (...args: Parameters<typeof store.load>) => {
      if (++loads === 3) await call(who, 'DELETE', `/${id}`);
      return store.load(...args);
    };
    await run(who, id, { store: { ...store, load } as typeof store });
    expect(await seen(who, id)).toMatchObject({ status: 'cancelled', validation: null });
    expect(loads).toBeLessThan(6);
  });
});

describe('the history', () => {
  it('lists my imports into this account, newest first', async () => {
    const who = importer();
    const first = await done(who);
    const second = await send(who, three, { dry_run: 'true' });
    const { json } = await fresh(second.position, (headers) => call(who, 'GET', '?limit=1', { headers }));
    expect(json).toMatchObject({ data: [{ id: second.json.id }], meta: { total_items: 2, has_next_page: true } });
    const next = await call(who, 'GET', '?limit=1&page=2');
    expect(next.json).toMatchObject({ data: [{ id: first, status: 'succeeded' }] });
  });
});

describe('the report', () => {
  const many = `email,name\n${Array.from({ length: 60 }, (_, n) => `bad ${n},\n`).join('')}`;

  it('lists problems in the order of the file, in pages', async () => {
    const who = importer();
    const id = await done(who, many);
    const { json } = await call(who, 'GET', `/${id}/errors?limit=50&page=2`);
    expect(json.meta).toMatchObject({ total_items: 120, total_pages: 3 });
    expect((json.data as { row: number; field: string }[])[0]).toMatchObject({ row: 26, field: 'email' });
  });

  it('is a CSV file too, in which no cell is a formula and none is of the file that was sent', async () => {
    const who = importer();
    const id = await done(who, 'email,name\n=cmd|x,Secret Name\n');
    const { text, headers } = await call(who, 'GET', `/${id}/errors/file`);
    expect(headers.get('content-disposition')).toContain(`annals-import-${id}-errors.csv`);
    expect(text.split('\r\n').slice(0, 2)).toEqual([
      'row,field,code,detail',
      expect.stringMatching(/^1,email,formula-cell,/),
    ]);
    expect(text).not.toMatch(/cmd|Secret/);
  });

  it('is gone after thirty days, and says so', async () => {
    const who = importer();
    const id = await done(who, flawed);
    const later = () => new Date(Date.now() + 31 * 86_400_000);
    await sweepImports({ ...imports.parts().workshop, now: later });
    expect(await errorsOf(who, id)).toEqual([]);
  });
});

describe('what is swept away', () => {
  const hours = (count: number) => () => new Date(Date.now() + count * 3_600_000);
  const sweep = (now: () => Date) => sweepImports({ ...imports.parts().workshop, now });

  it('are files of uploads whose process fell before their fact, after an hour', async () => {
    const who = importer();
    const { pool, objects } = imports.parts().workshop;
    const file_id = randomUUID();
    await pool.query(
      'insert into import_file (file_id, import_id, account, owner, noted_at) values ($1, $2, $3, $4, now())',
      [...[file_id, randomUUID(), who.account_id, who.user_id]],
    );
    await objects.put(`imports/${who.account_id}/${file_id}`, Buffer.from('x'));
    const id = await requested(who);
    await sweep(hours(0.5));
    expect(await stored(who)).toHaveLength(2);
    await sweep(hours(2));
    expect(await stored(who)).toHaveLength(1);
    expect(await seen(who, id)).toMatchObject({ status: 'queued' });
  });

  it('are imports that did not get done in a week', async () => {
    const who = importer();
    const id = await requested(who);
    await sweep(hours(7 * 24 + 1));
    expect(await seen(who, id)).toMatchObject({ status: 'failed', error: { code: 'import-expired' } });
    expect(await stored(who)).toEqual([]);
  });
});

it('shows its progress as it happens, and from Last-Event-ID on', async () => {
  const who = importer();
  const id = await requested(who, documentOf({ members: [] }), { format: 'json' });
  const following = call(who, 'GET', `/${id}/events`);
  await run(who, id);
  const { text } = await following;
  expect(text.match(/^id: \d+$/gm)).toEqual(['id: 0', 'id: 1']);
  expect(text).toContain('"code":"no-rows"');
  const again = await call(who, 'GET', `/${id}/events`, { headers: { 'last-event-id': '0' } });
  expect(again.text.match(/^id: \d+$/gm)).toEqual(['id: 1']);
});
