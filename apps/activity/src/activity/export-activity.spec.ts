import { type ActivityEntry, type CurrentUserContext, Problem } from '@annals/contracts';
import { uuidv7 } from '@annals/event-store';
import { type Response, type RouteRequest } from '@annals/service';
import { signedIn, startTestService, until } from '@annals/testing';
import { Writable } from 'node:stream';
import { activityUnderTest } from '../testing/activity-service.js';
import { consenting } from '../testing/consenting.js';
import { exportActivity } from './export-activity.js';

const under = activityUnderTest();

const track = (who: CurrentUserContext, body: unknown) =>
  under().service.call('POST', '/users/activity', who, { body });
const take = (query: string, who: CurrentUserContext, seen = '') =>
  under().get(`/users/activity/export${query}`, who, seen);
const lines = (text: string): ActivityEntry[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ActivityEntry);

/** Something that happens after all else. @returns what to wait for */
function afterwards(who: CurrentUserContext): Promise<string> {
  const { account_id, user_id } = who;
  const data = { account_id, user_id, updated_at: '2026-03-01T12:00:00.000Z' };
  return under().happened(who, 'profile', `${account_id}_${user_id}`, [{ type: 'ProfileUpdated', data }]);
}

/** More than several pages of a walk hold. */
async function longLog(): Promise<{ me: CurrentUserContext; position: string }> {
  const me = await consenting(under());
  const facts = Array.from({ length: 350 }, (_, index) => ({ type: 'tick', data: { index } }));
  return { me, position: (await track(me, facts)).position };
}

describe('GET /users/activity/export', () => {
  it('is the whole log as the list shows it, each entry on a line, newest first unless asked', async () => {
    const { me, position } = await longLog();
    const answer = await take('?source=client', me, position);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="activity-\d{4}-\d\d-\d\d\.ndjson"$/,
    );
    const exported = lines(answer.text);
    expect(exported.map(({ data }) => data.index)).toEqual(Array.from({ length: 350 }, (_, index) => 349 - index));
    const { json } = await under().get('/users/activity?limit=100&source=client', me);
    expect(exported.slice(0, 100)).toEqual(json.data);
    const ascending = lines((await take('?source=client&sort_order=asc', me)).text);
    expect(ascending).toEqual([...exported].reverse());
  });

  it('is itself a fact in the log, with who took it and what narrowed it, and never what they looked for', async () => {
    const me = await consenting(under());
    const admin = signedIn('ADMIN', { account_id: me.account_id });
    const { position } = await track(me, { type: 'click' });
    await take(`?user_id=${me.user_id}&q=secret-of-ada&type=click&format=csv`, admin, position);
    const at = await afterwards(me);
    const { json } = await under().get('/users/activity?type=activity_exported', me, at);
    expect(json.data).toMatchObject([{ category: 'data', source: 'server', data: { by: admin.user_id } }]);
    const audit = await under().get('/audit-logs?event_type=ActivityExported', admin, at);
    expect(audit.json.data).toMatchObject([
      {
        changes: { format: { new: 'csv' }, filters: { new: ['type', 'q'] }, exported_by: { new: admin.user_id } },
        actor: { user_id: admin.user_id },
      },
    ]);
    expect(audit.text).not.toContain('secret-of-ada');
  });

  it('writes CSV with a header line, without byte order mark, and begins no cell as a formula does', async () => {
    const me = await consenting(under());
    const { position } = await track(me, [
      { type: 'click', tags: ['a', 'b'], data: { note: '=1+1, "quoted"\r\nnext' } },
      { type: 'scroll' },
    ]);
    const answer = await take('?format=csv&sort_order=asc', me, position);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const [header, first, second, ...rest] = answer.text.split('\r\n');
    expect(header).toBe(
      'occurred_at,recorded_at,type,category,tags,source,device,network,session_id,request_id,id,account_id,user_id,position,data',
    );
    expect(first).toContain(',click,interaction,a b,client,');
    expect(first).toContain('"{""note"":""=1+1, \\""quoted\\""\\r\\nnext""}"');
    expect(second).toContain(',scroll,');
    // That it was taken is a line of the log as well, which may be there in time.
    expect(rest.filter((line) => !line.includes(',activity_exported,'))).toEqual(['']);
    expect(answer.text).not.toMatch(/(?:^|[,\n])"?[=+\-@\t]/);
  });

  it('of an empty log is a header line, or nothing', async () => {
    expect((await take('?format=csv&type=nothing', signedIn())).text.split('\r\n')).toHaveLength(2);
    expect((await take('?type=nothing', signedIn())).text).toBe('');
  });

  it('of another member is for those who may see the audit log, and never of another account', async () => {
    const { me, position } = await longLog();
    const path = `?user_id=${me.user_id}&source=client`;
    const denied = await take(path, signedIn('MANAGER', { account_id: me.account_id }), position);
    expect([denied.status, denied.json.message]).toEqual([403, 'Missing permission: VIEW_AUDIT_LOG']);
    expect(lines((await take(path, signedIn('ADMIN', { account_id: me.account_id }))).text)).toHaveLength(350);
    expect((await take(path, signedIn('ADMIN'), position)).text).toBe('');
    const twin = signedIn('VIEWER', { user_id: me.user_id, session_id: me.session_id });
    expect((await take('?source=client', twin, position)).text).toBe('');
  });

  it('refuses formats and filters it does not know', async () => {
    for (const query of ['?format=xlsx', '?page=2', '?cursor=x', '?tag=']) {
      expect((await take(query, signedIn())).json.code).toBe('query-invalid');
    }
  });

  it('asked for its head alone takes nothing', async () => {
    const me = signedIn();
    for (let turn = 0; turn < 5; turn++) {
      const { status, text } = await under().service.call('HEAD', '/users/activity/export', me);
      expect([status, text]).toEqual([200, '']);
    }
    const { json } = await under().get('/users/activity?type=activity_exported', me, await afterwards(me));
    expect(json.data).toEqual([]);
    expect((await take('?source=client', me)).status).toBe(200);
  });

  it('is open so many times at once, waits for its reader, and ends when the client goes', async () => {
    const { me, position } = await longLog();
    await under().get('/users/activity', me, position);
    const { pool, store } = under().ground;
    const route = exportActivity(pool, store);
    const asked = () =>
      route.run({
        ...{ context: me, query: { format: 'ndjson', sort_order: 'asc', source: 'client' }, raw: { method: 'GET' } },
        ...{ commandId: uuidv7(), now: new Date().toISOString() },
      } as unknown as RouteRequest);
    // A client that takes the first page and reads no more.
    const stuck = () => new Writable({ highWaterMark: 1, write: () => undefined });
    const clients = [stuck(), stuck()];
    const streams: Promise<void>[] = [];
    for (const client of clients) streams.push((await asked()).stream!(client as unknown as Response));
    await until('both wait', () => clients.every((client) => client.writableNeedDrain));
    await expect(asked()).rejects.toMatchObject({ status: 429, code: 'too-many-at-once' });
    for (const client of clients) client.destroy();
    await Promise.all(streams);
    expect((await asked()).status).toBe(200);
  });

  it('gives its place back when it cannot be recorded that it was taken', async () => {
    const [me, { pool, store }] = [signedIn(), under().ground];
    const failing = { ...store, execute: () => Promise.reject(new Problem(503, 'event-store-unavailable', 'Away')) };
    const routes = [exportActivity(pool, failing)];
    const service = await startTestService({ service: 'activity', routes, commandKey: Buffer.alloc(32, 3) });
    for (let turn = 0; turn < 5; turn++) {
      const { status, json } = await service.call('GET', '/users/activity/export', me);
      expect([status, json.code]).toEqual([503, 'event-store-unavailable']);
    }
    await service.stop();
  });
});
