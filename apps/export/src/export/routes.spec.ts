import { randomUUID } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createContextSigner, generateKey } from '@annals/auth';
import { allEvents, type CurrentUserContext, type ExportPart, exportParts } from '@annals/contracts';
import { openStream, sealBytes, uuidv7, type Subscription } from '@annals/event-store';
import { runProjection, type ProjectionRunner } from '@annals/postgres';
import { createLogger, internalClient, type InternalClient } from '@annals/service';
import { requestContext, signedIn, startTestService, testStores, until, type TestService } from '@annals/testing';
import { digest } from '../document/document.js';
import { requireStanding } from '../document/require-standing.js';
import { documentName } from '../document/sealed-document.js';
import { jobMigrations } from '../jobs/job-table.js';
import { runExport, type Job, type Workshop } from '../jobs/run-export.js';
import { sweepExports } from '../jobs/sweep-exports.js';
import { startWorker } from '../jobs/worker.js';
import { folderObjects, type Objects } from '@annals/objects';
import { selfSections } from '../section/self-sections.js';
import { fresh } from '../testing/fresh.js';
import { exportsProjection } from '../views/exports/exports.projection.js';
import { openExports } from '../views/open-exports/open-exports.projection.js';
import { records } from '../views/records/records.projection.js';
import { changeFollower, exportChanges } from './follow-export.js';
import { exportRoutesOf } from './routes.js';

const stores = testStores({
  service: 'export',
  events: allEvents,
  migrations: jobMigrations,
  projections: [exportsProjection, openExports, records],
});
const folder = mkdtempSync(join(tmpdir(), 'annals-export-'));
const limitBytes = 20_000;
let service: TestService;
let views: ProjectionRunner[];
let follower: Subscription;
let objects: Objects;
let client: InternalClient;
let workshop: Workshop;
let neighbour: Server;

/** What the neighbour answers instead, once; undefined: as usual. */
let instead: ((path: string) => { status: number; body: unknown } | undefined) | undefined;

/** Stands at the other end of the network: answers each service's public reads with the ids that the context carries. */
function startNeighbour(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    const usual = path.includes('consents')
      ? { history: { data: [{ path }], meta: { has_next_page: false, current_page: 1 } } }
      : path.includes('?')
        ? {
            data: [{ path }],
            meta: { has_next_page: path.includes('sessions') && path.includes('page=1'), current_page: 1 },
          }
        : path.includes('passkeys') || path.includes('providers')
          ? { data: [] }
          : { path, location: 'Turin' };
    const { status, body } = instead?.(path) ?? { status: 200, body: usual };
    const isPicture = Buffer.isBuffer(body);
    response.writeHead(status, { 'content-type': isPicture ? 'image/webp' : 'application/json' });
    response.end(isPicture ? body : JSON.stringify(body));
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}

beforeAll(async () => {
  const { store, keys, database, keyEncryptionKey: commandKey } = stores();
  objects = folderObjects(folder);
  const changes = exportChanges();
  views = [exportsProjection, openExports, records].map((projection) =>
    runProjection({ projection, pool: database.pool, store }),
  );
  const [view, open, recorded] = views as [ProjectionRunner, ProjectionRunner, ProjectionRunner];
  follower = store.subscribe(changeFollower(store, changes));
  const { pool } = database;
  const room = { perPerson: 2, perAccount: 3 };
  const routes = exportRoutesOf({
    ...{ store, pool, keys, objects, changes, openExports: open, room, limitBytes },
    recordTakeout: async () => undefined,
  });
  service = await startTestService({ service: 'export', routes, commandKey, projections: [view] });
  neighbour = await startNeighbour();
  const { port } = neighbour.address() as AddressInfo;
  const { privateJwk } = await generateKey('svc:export');
  const signer = createContextSigner({ principal: 'svc:export', privateJwk });
  client = internalClient({ baseUrl: `http://127.0.0.1:${port}`, signer });
  const self = selfSections({
    ...{ store, pool, records: recorded, identity: client, profile: client, activity: client },
  });
  workshop = {
    ...{ store, keys, objects, sections: { self, account: self }, lifetimeHours: 1, now: () => new Date() },
    requireRight: { self: (job) => requireStanding(store, job), account: async () => undefined },
  };
});

afterEach(() => {
  instead = undefined;
});

afterAll(async () => {
  await service.stop();
  await follower.stop();
  await Promise.all(views.map((view) => view.stop()));
  await client.close();
  neighbour.close();
  rmSync(folder, { recursive: true, force: true });
});

async function member(over: Partial<CurrentUserContext> = {}): Promise<CurrentUserContext> {
  const who = signedIn('VIEWER', over);
  await membershipEvent(who, 'MembershipGranted', { role: 'VIEWER' });
  return who;
}

async function membershipEvent(who: CurrentUserContext, type: string, data: Record<string, unknown>): Promise<void> {
  const ids = { account_id: who.account_id, user_id: who.user_id };
  await stores().store.execute(
    { category: 'membership', initial: null, evolve: () => null },
    `${who.account_id}_${who.user_id}`,
    { id: uuidv7(), context: who, now: new Date().toISOString(), decide: () => [{ type, data: { ...ids, ...data } }] },
  );
}

const call = (
  who: CurrentUserContext,
  method: string,
  path = '',
  more: { body?: unknown; headers?: Record<string, string> } = {},
) => service.call(method, `/users/data/export${path}`, who, more);

async function requested(who: CurrentUserContext, include?: ExportPart[], formats = ['json']): Promise<string> {
  const { json } = await call(who, 'POST', '', { body: include ? { include, formats } : {} });
  return json.id as string;
}

const jobOf = (who: CurrentUserContext, exportId: string): Job => ({
  exportId,
  accountId: who.account_id!,
  userId: who.user_id!,
  request: requestContext(),
});

async function done(
  who: CurrentUserContext,
  include: ExportPart[] = ['profile', 'sessions'],
  formats?: string[],
): Promise<string> {
  const id = await requested(who, include, formats);
  await runExport(workshop, jobOf(who, id));
  return id;
}

describe('asking for an export', () => {
  it('answers 202 with where to look', async () => {
    const { status, json, headers } = await call(await member(), 'POST', '', { body: {} });
    expect(status).toBe(202);
    expect(json).toMatchObject({ status: 'queued', progress: { done: 0, total: exportParts.length } });
    expect(headers.get('location')).toBe(`/api/v1/users/data/export/${json.id as string}`);
  });

  it('twice with one key is one export', async () => {
    const who = await member();
    const headers = { 'idempotency-key': 'take-out' };
    const first = await call(who, 'POST', '', { body: {}, headers });
    const again = await call(who, 'POST', '', { body: {}, headers });
    expect(again.json.id).toBe(first.json.id);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it.each([
    [{ formats: ['docx'] }, 'formats'],
    [{ include: [] }, 'include'],
    [{ include: ['passwords'] }, 'include'],
    [{ scope: 'everybody' }, 'scope'],
    [{ include: ['user', 'user'] }, 'twice'],
    [{ include: ['members'] }, 'scope'],
    [{ scope: 'account', include: ['user'] }, 'scope'],
    [{ destination: 'elsewhere' }, 'destination'],
  ])('refuses %j', async (body, field) => {
    const { status, json } = await call(await member(), 'POST', '', { body });
    expect(status).toBe(400);
    expect(JSON.stringify(json.message)).toContain(field);
  });
});

describe('room for exports', () => {
  it('is for so many of one person, however many are asked for at once; a repetition needs none', async () => {
    const who = await member();
    const ask = (n: number) => call(who, 'POST', '', { body: {}, headers: { 'idempotency-key': `ask-${n}` } });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(ask));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 409, 409, 409]);
    const begun = answers.flatMap(({ status, json }, n) => (status === 202 ? [[n + 1, json.id as string]] : []));
    const refused = answers.find(({ status }) => status === 409)!;
    expect(refused.json.code).toBe('exports-running');
    for (const [n, id] of begun as [number, string][]) {
      expect(refused.json.detail).toContain(id);
      expect((await ask(n)).json.id).toBe(id);
    }
  });

  it('is for so many of one account, and says when to ask again', async () => {
    const [one, two] = [await member(), await member()];
    const twin = { ...two, account_id: one.account_id };
    for (const who of [one, one, twin]) expect((await call(who, 'POST', '', { body: {} })).status).toBe(202);
    const { status, json, headers } = await call(twin, 'POST', '', { body: {} });
    expect([status, json.code, headers.get('retry-after')]).toEqual([429, 'too-many-exports', '30']);
    expect((await call(two, 'POST', '', { body: {} })).status).toBe(202);
  });

  it('is there again when one has ended', async () => {
    const who = await member();
    for (const end of ['done', 'cancelled', 'failed']) {
      const [id] = [await requested(who), await requested(who)];
      expect((await call(who, 'POST', '', { body: {} })).status).toBe(409);
      if (end === 'cancelled') await call(who, 'DELETE', `/${id}`);
      instead = () => (end === 'failed' ? { status: 403, body: { code: 'no', detail: 'no' } } : undefined);
      await runExport(workshop, jobOf(who, id));
      instead = undefined;
      const third = await call(who, 'POST', '', { body: {} });
      expect([end, third.status]).toEqual([end, 202]);
      await views[0]!.caughtUp();
      const listed = await call(who, 'GET');
      const all = (listed.json.data as { id: string }[]).map(({ id: each }) => each);
      expect(all).toContain(third.json.id);
      for (const each of all) await call(who, 'DELETE', `/${each}`);
    }
  });
});

describe('an export that is done', () => {
  it('is a document whose manifest fits its parts, and is handed out once', async () => {
    const who = await member();
    const id = await done(who);
    const { json: operation } = await call(who, 'GET', `/${id}`);
    expect(operation).toMatchObject({ status: 'succeeded', progress: { percent: 100 } });
    const { status, json, text } = await call(who, 'GET', `/${id}/download`);
    expect(status).toBe(200);
    expect(digest(text)).toBe(operation.sha256);
    const { manifest, parts } = json as unknown as {
      manifest: { parts: { part: string; sha256: string; items: number }[] };
      parts: Record<string, unknown>;
    };
    expect(manifest.parts.map(({ part, items }) => [part, items])).toEqual([
      ['profile', 1],
      ['sessions', 2],
    ]);
    for (const { part, sha256 } of manifest.parts) expect(digest(JSON.stringify(parts[part]))).toBe(sha256);
    const again = await call(who, 'GET', `/${id}/download`);
    expect([again.status, again.json.code]).toEqual([410, 'export-already-downloaded']);
  });

  it('holds everything a person has said and been told, and the picture itself where there is one', async () => {
    const who = await member();
    const document = async () => {
      const id = await done(who, [...exportParts]);
      return (await call(who, 'GET', `/${id}/download`)).json as {
        manifest: { parts: { part: string; items: number }[] };
        parts: Record<string, Record<string, unknown> | null>;
      };
    };
    const bytes = Buffer.from([0x52, 0x49, 0x46, 0x46, 0x00, 0xff]);
    instead = (path) => (path.includes('/avatar') ? { status: 200, body: bytes } : undefined);
    const { manifest, parts } = await document();
    expect(Object.keys(parts)).toEqual([...exportParts]);
    const file = { media_type: 'image/webp', bytes: 6, base64: bytes.toString('base64') };
    expect(parts.avatar).toEqual({ ...file, as_jpeg: file });
    const asked = ['profile', 'privacy', 'verification', 'preferences'].map((part) => parts[part]!.path);
    expect(asked).toEqual([
      ...['/api/v1/users/profile', '/api/v1/users/profile/privacy'],
      ...['/api/v1/users/profile/verification', '/api/v1/users/preferences'],
    ]);
    expect(JSON.stringify(parts.disclosures)).toContain('/users/profile/disclosures');
    expect(manifest.parts.find(({ part }) => part === 'avatar')!.items).toBe(1);
    instead = (path) => (path.includes('/avatar') ? { status: 404, body: {} } : undefined);
    const without = await document();
    expect([without.parts.avatar, without.manifest.parts.find(({ part }) => part === 'avatar')!.items]).toEqual([
      null,
      0,
    ]);
  });

  it('is handed out once, however many ask at the same time', async () => {
    const who = await member();
    const id = await done(who);
    const answers = await Promise.all(Array.from({ length: 8 }, () => call(who, 'GET', `/${id}/download`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410, 410, 410, 410, 410, 410, 410]);
  });

  it('is not used up by a download while the store of documents is away', async () => {
    const who = await member();
    const id = await done(who);
    renameSync(folder, `${folder}-away`);
    const refused = await call(who, 'GET', `/${id}/download`);
    renameSync(`${folder}-away`, folder);
    expect([refused.status, refused.json.code]).toEqual([503, 'object-store-unavailable']);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect((await call(who, 'GET', `/${id}/download`)).status).toBe(200);
  });

  it('lies on the disk encrypted, and cannot be read once its person is erased', async () => {
    const who = await member();
    const id = await done(who);
    const stored = await objects.get(documentName(who.account_id!, id));
    expect(stored.includes('Turin')).toBe(false);
    await stores().keys.destroy(who.user_id!);
    const { status, json } = await call(who, 'GET', `/${id}/download`);
    expect([status, json.code]).toEqual([410, 'subject-erased']);
  });

  it('is refused when its file was changed', async () => {
    const who = await member();
    const id = await done(who);
    const name = documentName(who.account_id!, id);
    const stored = await objects.get(name);
    stored[stored.length - 20]! ^= 1;
    await objects.put(name, stored);
    expect((await call(who, 'GET', `/${id}/download`)).status).toBe(500);
    expect((await call(who, 'GET', `/${id}`)).json.downloaded_at).toBeNull();
  });

  it('is not used up by whoever asks for its head', async () => {
    const who = await member();
    const id = await done(who);
    const head = await call(who, 'HEAD', `/${id}/download`);
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'application/json']);
    const { status, text, headers } = await call(who, 'GET', `/${id}/download`);
    expect([status, headers.get('content-length')]).toEqual([200, String(Buffer.byteLength(text))]);
    expect(headers.get('content-length')).toBe(head.headers.get('content-length'));
  });

  it.each([
    [['csv'], 'application/zip', 'zip'],
    [['pdf'], 'application/pdf', 'pdf'],
    [['json', 'csv', 'pdf'], 'application/zip', 'zip'],
  ])('in %j is %s', async (formats, type, ending) => {
    const who = await member();
    const id = await done(who, ['user', 'profile', 'sessions'], formats);
    const { status, headers } = await call(who, 'GET', `/${id}/download`);
    expect([status, headers.get('content-type')]).toEqual([200, type]);
    expect(headers.get('content-disposition')).toContain(`${id}.${ending}"`);
  });

  it('that was sealed in one piece, as documents were before, is handed out too', async () => {
    const who = await member();
    const id = await done(who);
    const [{ subject, accountId, name }, old] = [placeOf(who, id), await documentOf(who, id)];
    const { keys } = stores();
    await objects.put(name, await sealBytes(keys, { subject, accountId, name }, 'account', old));
    expect((await call(who, 'GET', `/${id}/download`)).text).toBe(old.toString());
  });

  it('shows in the list, newest first, fresh after the write', async () => {
    const who = await member();
    const first = await requested(who);
    const last = await call(who, 'POST', '', { body: {} });
    const { json } = await fresh(last.position, (headers) => call(who, 'GET', '', { headers }));
    expect((json.data as { id: string }[]).map(({ id }) => id)).toEqual([last.json.id, first]);
    expect(json.meta).toMatchObject({ total_items: 2, current_page: 1 });
  });

  it('is removed with its bytes', async () => {
    const who = await member();
    const id = await done(who);
    expect((await call(who, 'DELETE', `/${id}`)).status).toBe(204);
    expect(await objects.exists(documentName(who.account_id!, id))).toBe(false);
    expect((await call(who, 'GET', `/${id}/download`)).status).toBe(410);
  });
});

const placeOf = (who: CurrentUserContext, id: string) => ({
  ...{ subject: who.user_id!, accountId: who.account_id, name: documentName(who.account_id!, id) },
});
/** The document in clear, as it lies. */
const documentOf = (who: CurrentUserContext, id: string) =>
  buffer(objects.read(placeOf(who, id).name).pipe(openStream(stores().keys, placeOf(who, id))));

describe('a document whose time is over', () => {
  const sweep = (hours: number) => {
    const { store, database } = stores();
    const now = () => new Date(Date.now() + hours * 3_600_000);
    return Promise.all(views.map((view) => view.caughtUp())).then(() =>
      sweepExports({ store, objects, pool: database.pool, now }),
    );
  };
  const typesOf = async (who: CurrentUserContext, id: string) => {
    const types: string[] = [];
    for await (const { type } of stores().store.readStream(`export-${who.account_id}_${id}`)) types.push(type);
    return types;
  };

  it('is removed, and that is a fact, once; one whose time is not over stays', async () => {
    const who = await member();
    const id = await done(who);
    await sweep(0);
    expect(await objects.exists(documentName(who.account_id!, id))).toBe(true);
    await sweep(1.1);
    await sweep(1.2);
    expect(await objects.exists(documentName(who.account_id!, id))).toBe(false);
    expect((await typesOf(who, id)).slice(-2)).toEqual(['ExportSucceeded', 'ExportExpired']);
    const { status, json } = await call(who, 'GET', `/${id}/download`);
    expect([status, json.code]).toEqual([410, 'export-expired']);
  });

  it('is removed an hour after it was fetched', async () => {
    const who = await member();
    workshop = { ...workshop, lifetimeHours: 72 };
    const id = await done(who);
    workshop = { ...workshop, lifetimeHours: 1 };
    await call(who, 'GET', `/${id}/download`);
    await sweep(0.9);
    expect(await objects.exists(documentName(who.account_id!, id))).toBe(true);
    await sweep(1.1);
    expect(await objects.exists(documentName(who.account_id!, id))).toBe(false);
    expect((await typesOf(who, id)).at(-1)).toBe('ExportExpired');
  });

  it('goes with the next sweep when its person was erased, and when its removal failed before', async () => {
    const who = await member();
    const [erased, cancelled] = [await done(who), await done(who)];
    await call(who, 'DELETE', `/${cancelled}`);
    await objects.put(documentName(who.account_id!, cancelled), Buffer.from('left behind'));
    const ids = { account_id: who.account_id, user_id: who.user_id };
    await stores().store.execute(
      { category: 'erased', initial: null, evolve: () => null },
      `${who.account_id}_${who.user_id}`,
      {
        ...{ id: uuidv7(), context: who, now: new Date().toISOString() },
        decide: () => [
          {
            type: 'SubjectErased',
            data: {
              ...{ ...ids, erasure_id: randomUUID(), erased_at: new Date().toISOString(), key_fingerprints: [] },
            },
          },
        ],
      },
    );
    await sweep(0);
    for (const id of [erased, cancelled]) {
      expect(await objects.exists(documentName(who.account_id!, id))).toBe(false);
    }
  });

  it('is swept again when the sweep died after the bytes were gone', async () => {
    const who = await member();
    const id = await done(who);
    await objects.remove(documentName(who.account_id!, id));
    await sweep(1.1);
    expect((await typesOf(who, id)).at(-1)).toBe('ExportExpired');
  });
});

describe('progress', () => {
  it('of the part at hand is told too, without an id of its own', async () => {
    const who = await member();
    const id = await requested(who, ['profile']);
    const { pool } = stores().database;
    await pool.query(
      'insert into export_job (export_id, account, requested_by, request, progress) values ($1, $2, $3, $4, $5)',
      [
        ...[id, who.account_id, who.user_id, JSON.stringify(requestContext())],
        JSON.stringify({ step: 'profile', items: 12, bytes: 100 }),
      ],
    );
    expect((await call(who, 'GET', `/${id}`)).json.progress).toMatchObject({ done: 0, items: 12 });
    const following = call(who, 'GET', `/${id}/events`);
    await pool.query('delete from export_job');
    await runExport(workshop, jobOf(who, id));
    const events = (await following).text.split('\n\n').filter((event) => event.includes('data:'));
    expect(events.filter((event) => !event.startsWith('id:')).length).toBeLessThanOrEqual(1);
    expect(events.at(-1)).toContain('"percent":100');
  });

  it('is told as it happens, and goes on after the last event seen', async () => {
    const who = await member();
    const id = await requested(who, ['profile']);
    const following = call(who, 'GET', `/${id}/events`);
    await runExport(workshop, jobOf(who, id));
    const { text, headers } = await following;
    expect(headers.get('content-type')).toContain('text/event-stream');
    expect([...text.matchAll(/^id: (\d+)$/gm)].map((match) => match[1])).toEqual(['0', '1', '2']);
    const rest = await call(who, 'GET', `/${id}/events`, { headers: { 'last-event-id': '1' } });
    expect([...rest.text.matchAll(/^id: (\d+)$/gm)].map((match) => match[1])).toEqual(['2']);
  });
});

describe('a second account with identical ids', () => {
  it('sees nothing of an export', async () => {
    const who = await member();
    const twin = await member({ user_id: who.user_id });
    const id = await done(who);
    for (const [method, path] of [
      ['GET', `/${id}`],
      ['GET', `/${id}/events`],
      ['GET', `/${id}/download`],
      ['DELETE', `/${id}`],
    ] as const) {
      const { status, json } = await call(twin, method, path);
      expect([method, path, status, json.code]).toEqual([method, path, 404, 'export-unknown']);
    }
    expect((await call(twin, 'GET')).json.data).toEqual([]);
  });

  it('is answered as for an id that never was', async () => {
    const who = await member();
    const unknown = await call(who, 'GET', `/${randomUUID()}`);
    const others = await call(await member({ account_id: who.account_id }), 'GET', `/${await done(who)}`);
    expect([unknown.status, unknown.json.code, unknown.json.detail]).toEqual([
      others.status,
      others.json.code,
      others.json.detail,
    ]);
  });
});

describe('the work', () => {
  it('goes on where a crash left it, and notes nothing twice', async () => {
    const who = await member();
    const id = await requested(who, ['profile', 'sessions']);
    instead = (path) => (path.includes('sessions') ? { status: 503, body: {} } : undefined);
    await expect(runExport(workshop, jobOf(who, id))).rejects.toMatchObject({ status: 503 });
    instead = undefined;
    await runExport(workshop, jobOf(who, id));
    await runExport(workshop, jobOf(who, id));
    const types: string[] = [];
    for await (const event of stores().store.readStream(`export-${who.account_id}_${id}`)) types.push(event.type);
    expect(types).toEqual(['ExportRequested', 'ExportPartGathered', 'ExportPartGathered', 'ExportSucceeded']);
  });

  it('ends at the limit, and says so', async () => {
    const who = await member();
    const id = await requested(who, ['profile']);
    instead = () => ({ status: 200, body: { bio: 'x'.repeat(limitBytes + 1) } });
    await runExport(workshop, jobOf(who, id));
    expect((await call(who, 'GET', `/${id}`)).json).toMatchObject({
      status: 'failed',
      error: { code: 'export-too-large' },
    });
  });

  it('gives nothing to somebody who left the account meanwhile', async () => {
    const who = await member();
    const id = await requested(who);
    await membershipEvent(who, 'MembershipEnded', { reason: 'left' });
    await runExport(workshop, jobOf(who, id));
    expect((await call(who, 'GET', `/${id}`)).json).toMatchObject({
      status: 'failed',
      error: { code: 'membership-ended' },
    });
  });

  it('reads a part anew that lies there no more, and makes the document of the parts that are noted', async () => {
    const who = await member();
    const id = await requested(who, ['profile', 'sessions']);
    instead = (path) => (path.includes('sessions') ? { status: 503, body: {} } : undefined);
    await expect(runExport(workshop, jobOf(who, id))).rejects.toMatchObject({ status: 503 });
    await objects.removeAll(`staging/${who.account_id}/${id}`);
    instead = (path) => (path.includes('profile') ? { status: 200, body: { location: 'Rome' } } : undefined);
    await runExport(workshop, jobOf(who, id));
    instead = undefined;
    const { manifest, parts } = (await call(who, 'GET', `/${id}/download`)).json as unknown as {
      manifest: { parts: { part: string; sha256: string }[] };
      parts: Record<string, unknown>;
    };
    expect(parts.profile).toEqual({ location: 'Rome' });
    for (const { part, sha256 } of manifest.parts) expect(digest(JSON.stringify(parts[part]))).toBe(sha256);
  });

  it('of two workers at once gives one document, and leaves nothing beside it', async () => {
    const who = await member();
    const id = await requested(who, ['profile', 'sessions']);
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => runExport(workshop, jobOf(who, id))));
    // One may find what another has tidied up: it is tried again, and finds that all is done.
    if (outcomes.some(({ status }) => status === 'rejected')) await runExport(workshop, jobOf(who, id));
    const { json } = await call(who, 'GET', `/${id}`);
    const { text, status } = await call(who, 'GET', `/${id}/download`);
    expect([status, digest(text)]).toEqual([200, json.sha256]);
    const left: string[] = [];
    for await (const name of objects.list(`staging/${who.account_id}/${id}`)) left.push(name);
    expect(left).toEqual([]);
  });

  it('stops after a cancellation', async () => {
    const who = await member();
    const id = await requested(who, ['profile', 'sessions']);
    await call(who, 'DELETE', `/${id}`);
    await runExport(workshop, jobOf(who, id));
    expect((await call(who, 'GET', `/${id}`)).json).toMatchObject({ status: 'cancelled', progress: { done: 0 } });
  });

  it('is given up after too many tries, with a reason that names nothing inside', async () => {
    const who = await member();
    const id = await requested(who, ['profile']);
    const { pool } = stores().database;
    await pool.query('insert into export_job (export_id, account, requested_by, request) values ($1, $2, $3, $4)', [
      ...[id, who.account_id, who.user_id, JSON.stringify(requestContext())],
    ]);
    instead = () => ({ status: 500, body: {} });
    const worker = startWorker({
      pool,
      workshop,
      logger: createLogger({ service: 'export', level: 'error' }),
      maxAttempts: 1,
    });
    await until('the job is given up', async () => (await pool.query('select from export_job')).rowCount === 0);
    await worker.stop();
    expect((await call(who, 'GET', `/${id}`)).json).toMatchObject({
      status: 'failed',
      error: { code: 'export-failed' },
    });
  });
});
