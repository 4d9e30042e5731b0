import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { serviceIdentity } from '@annals/auth';
import { allEvents, SubjectErased, type CurrentUserContext, type DomainEvent } from '@annals/contracts';
import { encodeTokens, uuidv7 } from '@annals/event-store';
import { folderObjects, type Objects } from '@annals/objects';
import { runProjection, withTenant, type ProjectionRunner } from '@annals/postgres';
import { rowsOf, signedIn, startTestService, testStores, type TestService } from '@annals/testing';
import { documentName } from '../document/sealed-document.js';
import { stagingPrefix } from '../document/staged.js';
import { exportAggregate, exportId } from '../export/export-aggregate.js';
import { placeOf } from '../import/file/import-file.js';
import { importMigrations } from '../import/tables.js';
import { jobMigrations } from '../jobs/job-table.js';
import { exportStory } from '../testing/export-story.js';
import { exportsProjection } from '../views/exports/exports.projection.js';
import { openExports } from '../views/open-exports/open-exports.projection.js';
import { eraserRoutes } from './eraser-routes.js';

const projections = [exportsProjection, openExports];
const migrations = [...jobMigrations, ...importMigrations];
const stores = testStores({ service: 'export', events: allEvents, migrations, projections });
const folder = mkdtempSync(join(tmpdir(), 'annals-erasers-'));
const objects: Objects = folderObjects(folder);
let runners: ProjectionRunner[];
let service: TestService;

beforeAll(async () => {
  const { store, database, keyEncryptionKey: commandKey } = stores();
  runners = projections.map((projection) => runProjection({ projection, pool: database.pool, store }));
  // Who asks waits some seconds for a view that runs, not for one that is only being started.
  await Promise.all(runners.map((runner) => runner.caughtUp()));
  const routes = eraserRoutes({ store, objects, pool: database.pool, runners, now: () => new Date() });
  service = await startTestService({ service: 'export', routes, commandKey });
});
afterAll(async () => {
  await service.stop();
  await Promise.all(runners.map((runner) => runner.stop()));
  rmSync(folder, { recursive: true, force: true });
});

const write = (category: string, id: string, who: CurrentUserContext, events: DomainEvent[]) =>
  stores().store.execute({ category, initial: null, evolve: () => null }, id, {
    ...{ id: uuidv7(), context: who, now: new Date().toISOString(), decide: () => events },
  });
const namesOf = (who: CurrentUserContext, id: string) => [
  documentName(who.account_id!, id),
  `${stagingPrefix(who.account_id!, id)}/user`,
];
const lies = async (name: string) =>
  objects.get(name, 1_000).then(
    () => true,
    () => false,
  );
const lying = async (who: CurrentUserContext, id: string) => Promise.all(namesOf(who, id).map(lies));

/** An export as far as it has come, with everything that may lie of it. */
async function exported(
  who: CurrentUserContext,
  done: 'running' | 'ready',
  { scope = 'self', agoMs = 60_000 } = {},
): Promise<string> {
  const ids = { account_id: who.account_id!, user_id: who.user_id!, export_id: randomUUID() };
  for (const name of namesOf(who, ids.export_id)) await objects.put(name, Buffer.from('all'));
  const [requested, ...then] = exportStory(ids, done, agoMs);
  const asked = { ...requested!, data: { ...requested!.data, scope } };
  await write('export', exportId(ids.account_id, ids.export_id), who, [asked, ...then]);
  await stores().database.pool.query(
    'insert into export_job (export_id, account, requested_by, request) values ($1, $2, $3, $4)',
    [ids.export_id, ids.account_id, ids.user_id, '{}'],
  );
  return ids.export_id;
}

async function imported(who: CurrentUserContext): Promise<string> {
  const { pool } = stores().database;
  const [fileId, importId] = [randomUUID(), randomUUID()];
  await objects.put(placeOf({ fileId, accountId: who.account_id!, userId: who.user_id! }).name, Buffer.from('file'));
  await pool.query(
    'insert into import_file (file_id, import_id, account, owner, noted_at) values ($1, $2, $3, $4, now())',
    [fileId, importId, who.account_id, who.user_id],
  );
  await pool.query('insert into import_job (import_id, account, requested_by, request) values ($1, $2, $3, $4)', [
    ...[importId, who.account_id, who.user_id, '{}'],
  ]);
  await withTenant(pool, { accountId: who.account_id! }, (tx) =>
    tx.query(
      `insert into import_problem (account_id, import_id, row, at, code, detail) values ($1, $2, 1, 0, 'bad', 'Kanarienvogel')`,
      [who.account_id, importId],
    ),
  );
  return fileId;
}
const fileLies = (who: CurrentUserContext, fileId: string) =>
  lies(placeOf({ fileId, accountId: who.account_id!, userId: who.user_id! }).name);

async function erased(who: CurrentUserContext, accountId: string | null): Promise<string> {
  const erased_at = new Date().toISOString();
  const data = { account_id: accountId, user_id: who.user_id, erasure_id: uuidv7(), erased_at, key_fingerprints: [] };
  const { position } = await write('erased', accountId ? `${accountId}_${who.user_id}` : who.user_id!, who, [
    { type: SubjectErased.type, data },
  ]);
  return encodeTokens([{ category: 'erased', position: position! }]);
}
async function ask(positions: string, who: CurrentUserContext, accountId: string | null) {
  const holders = [{ account_id: accountId, user_id: who.user_id }];
  const body = { erasure_id: uuidv7(), holders, positions };
  const answer = await service.asExport('POST', '/internal/erasures', serviceIdentity('svc:export'), body);
  return { status: answer.status, ...(answer.json as { removed: Record<string, number> }) };
}

const statusOf = async (who: CurrentUserContext, id: string) => {
  const { state } = await stores().store.load(exportAggregate, exportId(who.account_id!, id));
  return state.kind === 'none' ? 'none' : `${state.status}${state.expired ? ', expired' : ''}`;
};
const listed = async (who: CurrentUserContext) => {
  await Promise.all(runners.map((runner) => runner.caughtUp()));
  const rows = await rowsOf<{ user_id: string }>(
    stores().database.pool,
    who.account_id!,
    'select user_id from exports_v1.export',
  );
  return rows.filter(({ user_id }) => user_id === who.user_id).length;
};

describe('a person who is erased in an account', () => {
  const ada = signedIn('VIEWER');
  const adaElsewhere = signedIn('VIEWER', { user_id: ada.user_id });
  const eve = signedIn('ADMIN', { account_id: ada.account_id });
  const ids: Record<string, string> = {};
  let positions: string;

  beforeAll(async () => {
    ids.running = await exported(ada, 'running');
    ids.ready = await exported(ada, 'ready');
    ids.elsewhere = await exported(adaElsewhere, 'ready');
    ids.eves = await exported(eve, 'ready');
    ids.everybodys = await exported(eve, 'ready', { scope: 'account' });
    ids.file = await imported(ada);
    ids.fileElsewhere = await imported(adaElsewhere);
    ids.evesFile = await imported(eve);
    positions = await erased(ada, ada.account_id);
    ids.after = await exported(eve, 'ready', { scope: 'account', agoMs: -1_000 });
  });

  it('has no document, no running export and no file any more, nor has a document of the account anything of them', async () => {
    expect(await ask(positions, ada, ada.account_id)).toEqual({
      status: 200,
      removed: { exports: 3, import_files: 1 },
    });
    for (const id of [ids.running!, ids.ready!]) expect(await lying(ada, id)).toEqual([false, false]);
    expect(await lying(eve, ids.everybodys!)).toEqual([false, false]);
    expect(await statusOf(ada, ids.running!)).toBe('cancelled');
    expect(await statusOf(ada, ids.ready!)).toBe('succeeded, expired');
    expect(await statusOf(eve, ids.everybodys!)).toBe('succeeded, expired');
    expect(await fileLies(ada, ids.file!)).toBe(false);
    expect(await listed(ada)).toBe(0);
  });

  it('leaves no job and no finding about their rows', async () => {
    const { pool } = stores().database;
    for (const table of ['export_job', 'import_job']) {
      const left = await pool.query(`select from ${table} where account = $1 and requested_by = $2`, [
        ...[ada.account_id, ada.user_id],
      ]);
      expect([table, left.rowCount]).toEqual([table, 0]);
    }
    expect(await rowsOf(pool, ada.account_id!, 'select detail from import_problem')).toHaveLength(1);
  });

  it('takes nothing from others, from another account, nor from what the account asked for afterwards', async () => {
    expect(await lying(adaElsewhere, ids.elsewhere!)).toEqual([true, true]);
    expect(await lying(eve, ids.eves!)).toEqual([true, true]);
    expect(await lying(eve, ids.after!)).toEqual([true, true]);
    expect(await Promise.all([fileLies(adaElsewhere, ids.fileElsewhere!), fileLies(eve, ids.evesFile!)])).toEqual([
      ...[true, true],
    ]);
    expect([await listed(adaElsewhere), await listed(eve)]).toEqual([1, 3]);
  });

  it('may be asked for again, and nothing more goes', async () => {
    expect(await ask(positions, ada, ada.account_id)).toEqual({
      status: 200,
      removed: { exports: 0, import_files: 0 },
    });
    expect(await lying(eve, ids.after!)).toEqual([true, true]);
  });
});

describe('erasing what somebody has of exports', () => {
  it('takes nothing for what belongs to no account', async () => {
    const ada = signedIn('VIEWER');
    const id = await exported(ada, 'ready');
    expect(await ask(await erased(ada, null), ada, null)).toEqual({
      ...{ status: 200, removed: { exports: 0, import_files: 0 } },
    });
    expect(await lying(ada, id)).toEqual([true, true]);
  });

  it('takes nothing before it was told that somebody was erased', async () => {
    const [ada, eve] = [signedIn('VIEWER'), signedIn('VIEWER')];
    const id = await exported(ada, 'ready');
    const seen = await erased(eve, eve.account_id);
    expect((await ask(seen, ada, ada.account_id)).removed).toMatchObject({ exports: 0 });
    expect(await lying(ada, id)).toEqual([true, true]);
  });

  it('goes on where it was interrupted: bytes whose removal failed are removed when it is asked for again', async () => {
    const ada = signedIn('VIEWER');
    const id = await exported(ada, 'ready');
    const seen = await erased(ada, ada.account_id);
    const { removeAll } = objects;
    objects.removeAll = () => Promise.reject(new Error('the objects are away'));
    expect((await ask(seen, ada, ada.account_id)).status).toBe(500);
    objects.removeAll = removeAll;
    expect((await ask(seen, ada, ada.account_id)).removed).toMatchObject({ exports: 1 });
    expect(await lying(ada, id)).toEqual([false, false]);
  });
});
