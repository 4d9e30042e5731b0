import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContextSigner, generateKey } from '@annals/auth';
import { allEvents, type CurrentUserContext } from '@annals/contracts';
import { uuidv7, type Subscription } from '@annals/event-store';
import { folderObjects, type Objects } from '@annals/objects';
import { runProjection, type ProjectionRunner } from '@annals/postgres';
import { internalClient, type InternalClient } from '@annals/service';
import { requestContext, signedIn, startTestService, testStores, type TestService } from '@annals/testing';
import { changeFollower, exportChanges, type ExportChanges } from '../export/follow-export.js';
import { importMigrations } from '../import/tables.js';
import { importRoutesOf } from '../import/routes.js';
import { runImport } from '../import/work/run-import.js';
import type { ImportJob, ImportWorkshop } from '../import/work/workshop.js';
import { importsProjection } from '../views/imports/imports.projection.js';

interface Asked {
  path: string;
  body: Record<string, unknown>;
}

/** Everything of imports around real stores, with identity and profile at the other end of the network. */
export function importsUnderTest() {
  const stores = testStores({
    service: 'export',
    events: allEvents,
    migrations: importMigrations,
    projections: [importsProjection],
  });
  const folder = mkdtempSync(join(tmpdir(), 'annals-import-'));
  let parts: {
    service: TestService;
    view: ProjectionRunner;
    follower: Subscription;
    objects: Objects;
    client: InternalClient;
    neighbour: Server;
    changes: ExportChanges;
    workshop: ImportWorkshop;
  };
  const asked: Asked[] = [];
  let instead: ((ask: Asked) => { status: number; body: unknown } | undefined) | undefined;

  beforeAll(async () => {
    const { store, keys, database, keyEncryptionKey: commandKey } = stores();
    const objects = folderObjects(folder);
    const changes = exportChanges();
    const view = runProjection({ projection: importsProjection, pool: database.pool, store });
    const follower = store.subscribe(changeFollower(store, changes));
    const room = { perPerson: 2, perAccount: 3 };
    const routes = importRoutesOf({ store, pool: database.pool, keys, objects, changes, room });
    const service = await startTestService({ service: 'export', routes, commandKey, projections: [view] });
    const neighbour = await startNeighbour((ask) => {
      asked.push(ask);
      return instead?.(ask) ?? usual(ask);
    });
    const { port } = neighbour.address() as AddressInfo;
    const { privateJwk } = await generateKey('svc:export');
    const signer = createContextSigner({ principal: 'svc:export', privateJwk });
    const client = internalClient({ baseUrl: `http://127.0.0.1:${port}`, signer });
    const workshop: ImportWorkshop = {
      ...{ store, pool: database.pool, keys, objects, identity: client, profile: client },
      now: () => new Date(),
    };
    parts = { service, view, follower, objects, client, neighbour, changes, workshop };
  });
  afterEach(() => {
    instead = undefined;
    asked.length = 0;
  });
  afterAll(async () => {
    await parts.service.stop();
    await parts.follower.stop();
    await parts.view.stop();
    await parts.client.close();
    parts.neighbour.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const jobOf = (who: CurrentUserContext, importId: string): ImportJob => ({
    ...{ importId, accountId: who.account_id!, userId: who.user_id!, request: requestContext() },
  });
  return {
    stores,
    parts: () => parts,
    /** What identity and profile were asked since the test began. */
    asked: (path: string) => asked.filter((ask) => ask.path === path).map(({ body }) => body),
    /** What they answer in this test, where it is something else than usual. */
    answer(with_: typeof instead): void {
      instead = with_;
    },
    call: (
      who: CurrentUserContext,
      method: string,
      path = '',
      more: { body?: unknown; headers?: Record<string, string> } = {},
    ) => parts.service.call(method, `/users/data/import${path}`, who, more),
    jobOf,
    run: (who: CurrentUserContext, importId: string, workshop: Partial<ImportWorkshop> = {}, signal?: AbortSignal) =>
      runImport({ ...parts.workshop, ...workshop }, jobOf(who, importId), signal ?? new AbortController().signal),
    /** Names of all files of imports that lie in the store. */
    async stored(who: CurrentUserContext): Promise<string[]> {
      const names: string[] = [];
      for await (const name of parts.objects.list(`imports/${who.account_id}`)) names.push(name);
      return names;
    },
  };
}
export type ImportsUnderTest = ReturnType<typeof importsUnderTest>;

/** A form with a file, as clients send it. */
export function formOf(file: string | Buffer, fields: Record<string, string> = {}, type = 'text/csv'): FormData {
  const form = new FormData();
  for (const [name, text] of Object.entries({ format: 'csv', ...fields })) form.append(name, text);
  form.append('file', new Blob([new Uint8Array(Buffer.from(file))], { type }), 'people.csv');
  return form;
}

/** Somebody who may bring people into an account. */
export const importer = (over: Partial<CurrentUserContext> = {}): CurrentUserContext =>
  signedIn('ADMIN', { authenticated_at: new Date().toISOString(), ...over });

/** Everybody may; each person becomes known, and what is said of them is written. */
function usual({ path, body }: Asked): { status: number; body: unknown } {
  const rows = (body.rows ?? []) as { row: number }[];
  switch (path) {
    case '/internal/authority':
      return { status: 200, body: { permissions: body.permissions } };
    case '/internal/imports/members': {
      const created = rows.map(({ row }) => ({ row, outcome: 'created', user_id: uuidv7(), refusals: [] }));
      return { status: 200, body: { rows: created } };
    }
    case '/internal/imports/profiles':
      return { status: 200, body: { rows: rows.map(({ row }) => ({ row, outcome: 'written', refusals: [] })) } };
    default:
      return { status: 404, body: {} };
  }
}

function startNeighbour(answer: (ask: Asked) => { status: number; body: unknown }): Promise<Server> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const { status, body } = answer({
        path: request.url ?? '',
        body: text ? (JSON.parse(text) as Record<string, unknown>) : {},
      });
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}
