import { randomUUID } from 'node:crypto';
import { signedIn, startTestStores, until } from '@annals/testing';
import { revocationsAfter } from '../session/revocations.js';
import { demoPeopleOf, type DemoPerson } from '../testing/demo-people.js';
import { identityUnderTest, storeOptions } from '../testing/identity-service.js';
import { roleSets } from './role.js';

const { service } = identityUnderTest(() => startTestStores(storeOptions));
let ada: DemoPerson;
let mary: DemoPerson;
let vera: DemoPerson;
let gus: DemoPerson;

beforeAll(async () => {
  ({ ada, mary, vera, gus } = await demoPeopleOf(service(), {
    ...{ ada: 'admin@acme.test', mary: 'manager@acme.test', vera: 'viewer@acme.test', gus: 'admin@globex.test' },
  }));
});

let names = 0;
const define = async (over: Record<string, unknown> = {}) => {
  const { status, body } = await ada.call('POST', '/roles', { body: { name: `Role ${++names}`, ...over } });
  expect(status).toBe(201);
  return body as { id: string; name: string };
};

/** Roles over HTTP and real stores; what is decided is specified beside the decisions. */
describe('roles of an account', () => {
  it('are defined, read, replaced and deleted', async () => {
    const permissions = [{ permission: 'EDIT_ALL_CONTENT', conditions: [{ kind: 'own' }] }];
    const input = { name: 'Reviewer', description: 'Looks twice', parent: 'VIEWER', permissions };
    const { status, body, headers } = await ada.call('POST', '/roles', { body: input });
    expect(status).toBe(201);
    const shown = { ...input, id: body.id, built_in: false, rank: null, active: true };
    expect(body).toEqual(shown);

    const read = await ada.call('GET', `/roles/${String(body.id)}`);
    expect([read.body, read.headers.get('etag')]).toEqual([shown, headers.get('etag')]);

    const change = (tag: string) =>
      ada.call('PUT', `/roles/${String(body.id)}`, {
        body: { name: 'Reviewer', active: false },
        headers: { 'if-match': tag },
      });
    const changed = await change(headers.get('etag')!);
    expect(changed.body).toEqual({ ...shown, description: '', parent: null, permissions: [], active: false });
    const stale = await change(headers.get('etag')!);
    expect([stale.status, stale.body.code]).toEqual([412, 'role-stale']);

    expect((await ada.call('DELETE', `/roles/${String(body.id)}`)).status).toBe(204);
    expect((await ada.call('GET', `/roles/${String(body.id)}`)).body.code).toBe('role-not-found');
  });

  it('keep their ETag while others change', async () => {
    const [one, two] = [await define(), await define()];
    const before = (await ada.call('GET', `/roles/${one.id}`)).headers.get('etag');
    await ada.call('PUT', `/roles/${two.id}`, { body: { name: two.name, active: false } });
    const { headers } = await ada.call('GET', `/roles/${one.id}`);
    expect(headers.get('etag')).toBe(before);
    const same = await ada.call('PUT', `/roles/${one.id}`, {
      body: { name: one.name },
      headers: { 'if-match': before! },
    });
    expect([same.status, same.headers.get('etag')]).toEqual([200, before]);
  });

  it('come after the built-in ones, in pages, and by name', async () => {
    await define({ name: 'Zoologist' });
    const all = (await ada.call('GET', '/roles?limit=100')).body.data as { name: string; built_in: boolean }[];
    expect(all.slice(0, 8).map(({ built_in }) => built_in)).toEqual([...Array<boolean>(7).fill(true), false]);
    const { body } = await ada.call('GET', '/roles?limit=1&sort_by=name&sort_order=desc');
    expect(body).toMatchObject({ data: [{ name: 'Zoologist' }], meta: { total_items: all.length } });
  });

  it('are made once when asked twice', async () => {
    const ask = { body: { name: 'Once' }, headers: { 'idempotency-key': 'once' } };
    const [first, second] = [await ada.call('POST', '/roles', ask), await ada.call('POST', '/roles', ask)];
    expect(second.body).toEqual(first.body);
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    const other = await ada.call('POST', '/roles', { ...ask, body: { name: 'Twice' } });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
  });

  it('are unknown to another account, also by the very same id', async () => {
    const { id } = await define({ name: 'Secret' });
    const body = { name: 'x' };
    for (const [method, path, ask] of [
      ['GET', `/roles/${id}`, {}],
      ['PUT', `/roles/${id}`, { body }],
      ['DELETE', `/roles/${id}`, {}],
      ['GET', `/roles/${id}/members`, {}],
    ] as const) {
      const answer = await gus.call(method, path, ask);
      expect([answer.status, answer.body.code]).toEqual([404, 'role-not-found']);
    }
    const inherits = await gus.call('POST', '/roles', { body: { name: 'Heir', parent: id } });
    expect([inherits.status, inherits.body.code]).toEqual([400, 'role-parent-unknown']);
    const { body: theirs } = await gus.call('GET', '/roles');
    expect((theirs.data as { id: string }[]).map((role) => role.id)).not.toContain(id);
  });

  it('reach every gateway before the answer when they change, also after a crash in between', async () => {
    const { identity } = service();
    const markers = async () =>
      (await revocationsAfter(identity.pool, 0)).filter(({ kind, key }) => kind === 'account' && key === ada.account_id)
        .length;
    const { id, name } = await define();
    const before = await markers();
    await ada.call('PUT', `/roles/${id}`, { body: { name, active: false } });
    expect(await markers()).toBe(before + 1);
    await service().settled();
    expect(await markers()).toBe(before + 1);
    // As by a process that ended after the fact and before its marker.
    await identity.store.execute(roleSets, ada.account_id, {
      ...{
        id: randomUUID(),
        context: signedIn('ADMIN', { account_id: ada.account_id }),
        now: new Date().toISOString(),
      },
      decide: () => [{ type: 'RoleDeleted', data: { account_id: ada.account_id, role_id: id } }],
    });
    await until('the reactor writes the marker', async () => (await markers()) === before + 2);
  });

  it.each([
    ['PUT', '/roles/ADMIN', { body: { name: 'Boss' } }],
    ['DELETE', '/roles/VIEWER', {}],
  ])('%s %s: built-in ones are nobody’s to change', async (method, path, ask) => {
    const answer = await ada.call(method, path, ask);
    expect([answer.status, answer.body.code]).toEqual([409, 'built-in-role']);
  });

  it('are read by managers and written by administrators', async () => {
    expect((await mary.call('GET', '/roles')).status).toBe(200);
    expect((await mary.call('GET', '/roles/EDITOR')).body).toMatchObject({ id: 'EDITOR', built_in: true, rank: 2 });
    for (const [method, path, ask] of [
      ['POST', '/roles', { body: { name: 'Mine' } }],
      ['PUT', '/roles/EDITOR', { body: { name: 'Mine' } }],
      ['DELETE', '/roles/EDITOR', {}],
      ['POST', `/users/${vera.user_id}/roles`, { body: { role_id: 'EDITOR' } }],
    ] as const) {
      const answer = await mary.call(method, path, ask);
      expect([answer.status, answer.body.detail]).toEqual([403, 'Missing permission: MANAGE_ROLES']);
    }
    expect((await vera.call('GET', '/roles')).status).toBe(403);
  });
});
