import { personIdentity } from '@annals/auth';
import { Problem, route } from '@annals/contracts';
import { decodeTokens, type Outcome, type PositionToken } from '@annals/event-store';
import { z } from 'zod';
import { contentTag } from './conditional.js';
import { mount, type Reply, type RouteRequest } from './mount.js';
import { written } from './reply.js';
import { startTestApp, type TestApp } from './test-app.js';

const ann = personIdentity({
  user_id: '0190a000-0000-7000-8000-000000000001',
  account_id: '0190a000-0000-7000-8000-0000000000aa',
});
const base = {
  owner: 'profile',
  summary: 's',
  tag: 't',
  access: { kind: 'user' },
  responses: { 200: z.any() },
} as const;

let seen: RouteRequest[];
let reply: (request: RouteRequest) => Promise<Reply>;
let waits: { tokens: PositionToken[]; timeoutMs: number }[];
let projection: () => Promise<void>;
const handle = (request: unknown) => {
  seen.push(request as RouteRequest);
  return reply(request as RouteRequest);
};
const name = { params: z.object({ name: z.string() }), path: '/things/{name}' } as const;
const body = z.object({ size: z.number(), colour: z.string().optional() });

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    routes: [
      mount(route('thing.get', { ...base, ...name, method: 'GET' }), handle),
      mount(route('thing.put', { ...base, ...name, method: 'PUT', body, ifMatch: 'optional' }), handle),
      mount(route('thing.patch', { ...base, ...name, method: 'PATCH', body, ifMatch: 'required' }), handle),
      mount(route('thing.delete', { ...base, ...name, method: 'DELETE' }), handle),
    ],
    projections: [
      { waitFor: (tokens, timeoutMs) => (waits.push({ tokens, timeoutMs }), projection()) },
      { waitFor: async () => undefined },
    ],
    maxInFlight: 3,
  });
});
afterAll(() => app.close());
beforeEach(() => {
  seen = [];
  waits = [];
  reply = async () => ({ status: 200, body: { ok: true }, revision: 7n });
  projection = async () => undefined;
});

const put = (headers: Record<string, string>, sent: unknown = { size: 1 }, path = '/api/v1/things/a', as = ann) =>
  app.call('PUT', path, { as, body: sent, headers });

describe('an idempotency key', () => {
  const key = { 'idempotency-key': 'key-1' };

  it('gives repetitions the same command id and the same hash', async () => {
    await put(key, { size: 1, colour: 'red' });
    await put(key, { colour: 'red', size: 1 });
    expect(seen[1]!.commandId).toBe(seen[0]!.commandId);
    expect(seen[1]!.commandHash).toBe(seen[0]!.commandHash);
  });

  it('with another body has another hash, by which the stream refuses it', async () => {
    await put(key, { size: 1 });
    await put(key, { size: 2 });
    expect(seen[1]!.commandId).toBe(seen[0]!.commandId);
    expect(seen[1]!.commandHash).not.toBe(seen[0]!.commandHash);
  });

  it('belongs to its account, user, route and resource', async () => {
    await put(key);
    await put(key, { size: 1 }, '/api/v1/things/b');
    await put(key, { size: 1 }, undefined, { ...ann, account_id: '0190a000-0000-7000-8000-0000000000bb' });
    await put(key, { size: 1 }, undefined, { ...ann, user_id: '0190a000-0000-7000-8000-000000000002' });
    await app.call('DELETE', '/api/v1/things/a', { as: ann, headers: key });
    await put({ 'idempotency-key': 'key-2' });
    expect(new Set(seen.map((request) => request.commandId)).size).toBe(6);
  });

  it('is not needed: then each command is new', async () => {
    await put({});
    await put({});
    expect(seen[0]!.commandId).toMatch(/^[0-9a-f-]{14}7/);
    expect(seen[1]!.commandId).not.toBe(seen[0]!.commandId);
    expect(seen[0]!.commandHash).toBeUndefined();
  });

  it.each(['', 'x'.repeat(256), 'with space', 'umlaut-\u00fc'])('400 for %p', async (bad) => {
    const answer = await put({ 'idempotency-key': bad });
    expect(answer).toMatchObject({ status: 400, body: { code: 'idempotency-key-invalid' } });
  });

  it('409 while the same command is being worked on; afterwards it may be repeated', async () => {
    let finish = () => {};
    const held = new Promise<void>((resolve) => (finish = resolve));
    reply = () => held.then(() => ({ status: 200, body: {} }));
    const first = put(key);
    while (seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    const second = await put(key);
    expect(second).toMatchObject({ status: 409, body: { code: 'command-in-flight' }, headers: { 'retry-after': '1' } });
    finish();
    expect(await first).toMatchObject({ status: 200 });
    expect(await put(key)).toMatchObject({ status: 200 });
    expect(seen).toHaveLength(2);
  });

  it('may be repeated after a failure', async () => {
    reply = () => Promise.reject(new Problem(503, 'event-store-unavailable', 'The store is away'));
    expect(await put(key)).toMatchObject({ status: 503 });
    reply = async () => ({ status: 200, body: {} });
    expect(await put(key)).toMatchObject({ status: 200 });
  });

  it('means nothing on a read', async () => {
    expect(await app.call('GET', '/api/v1/things/a', { as: ann, headers: { 'idempotency-key': '' } })).toMatchObject({
      status: 200,
    });
  });
});

describe('If-Match', () => {
  it('hands over the revision', async () => {
    await put({ 'if-match': '"7"' });
    await put({ 'if-match': '"7.3"' });
    await put({});
    expect(seen.map((request) => request.ifMatch)).toEqual([7n, 7n, undefined]);
  });

  it('428 when it is required and missing', async () => {
    const answer = await app.call('PATCH', '/api/v1/things/a', { as: ann, body: { size: 1 } });
    expect(answer).toMatchObject({ status: 428, body: { code: 'if-match-required' } });
  });

  it.each(['7', '*', 'W/"7"', '"7", "8"', '"abc"', '""', '"-1"'])('400 for %s', async (bad) => {
    expect(await put({ 'if-match': bad })).toMatchObject({ status: 400, body: { code: 'if-match-invalid' } });
  });

  it('412 is what the stream answers to an old revision', async () => {
    reply = () => Promise.reject(new Problem(412, 'stale-revision', 'It has changed since'));
    expect(await put({ 'if-match': '"3"' })).toMatchObject({ status: 412, body: { code: 'stale-revision' } });
  });
});

describe('If-None-Match', () => {
  const get = (tag: string) => app.call('GET', '/api/v1/things/a', { as: ann, headers: { 'if-none-match': tag } });

  it.each(['"7"', 'W/"7"', '"1", "7"', '*'])('304 without a body for %s', async (tag) => {
    const answer = await get(tag);
    expect(answer).toMatchObject({ status: 304, text: '', headers: { etag: '"7"', 'cache-control': 'no-store' } });
  });

  it('200 for another revision', async () => {
    expect(await get('"6"')).toMatchObject({ status: 200, body: { ok: true }, headers: { etag: '"7"' } });
  });

  it('has a tag for each revision of what else an answer is made of', async () => {
    reply = async () => ({ status: 200, body: { ok: true }, revision: 7n, besides: 3n });
    expect(await get('"7.3"')).toMatchObject({ status: 304, headers: { etag: '"7.3"' } });
    expect(await get('"7.2", "7"')).toMatchObject({ status: 200, headers: { etag: '"7.3"' } });
  });

  it('304 for a tag of the content, which is the same for the same content only', async () => {
    const tag = contentTag({ ok: true });
    expect(tag).not.toBe(contentTag({ ok: false }));
    expect(tag).toBe(contentTag({ ok: true }));
    reply = async () => ({ status: 200, body: { ok: true }, headers: { ETag: tag, 'cache-control': 'public' } });
    expect(await get(`"7", ${tag}`)).toMatchObject({
      ...{ status: 304, text: '' },
      headers: { etag: tag, 'cache-control': 'public' },
    });
    expect(await get('"7"')).toMatchObject({ status: 200, headers: { etag: tag } });
  });

  it('means nothing for a write or for an answer without a revision', async () => {
    expect(await put({ 'if-none-match': '"7"' })).toMatchObject({ status: 200 });
    reply = async () => ({ status: 200, body: {} });
    expect(await get('*')).toMatchObject({ status: 200 });
  });
});

describe('reading what was written', () => {
  const get = (token: string) => app.call('GET', '/api/v1/things/a', { as: ann, headers: { 'x-min-position': token } });

  it('waits for every projection before the handler runs', async () => {
    expect(await get('12-11@profile, 9-9@account')).toMatchObject({ status: 200 });
    expect(waits).toEqual([
      {
        tokens: [
          { category: 'profile', position: { commit: 12n, prepare: 11n } },
          { category: 'account', position: { commit: 9n, prepare: 9n } },
        ],
        timeoutMs: 1000,
      },
    ]);
    expect(seen[0]!.minPosition).toHaveLength(2);
  });

  it('503 when the read model does not get there', async () => {
    projection = () =>
      Promise.reject(new Problem(503, 'projection-behind', 'Try again', { headers: { 'retry-after': '1' } }));
    expect(await get('12-11@profile')).toMatchObject({
      status: 503,
      body: { code: 'projection-behind' },
      headers: { 'retry-after': '1' },
    });
    expect(seen).toEqual([]);
  });

  it('400 for a position that is none', async () => {
    expect(await get('yesterday')).toMatchObject({ status: 400, body: { code: 'invalid-position' } });
  });

  it('does not make writes wait', async () => {
    await put({ 'x-min-position': '12-11@profile' });
    expect(waits).toEqual([]);
  });
});

describe('written', () => {
  const outcome: Outcome<{ size: number }> = {
    kind: 'appended',
    state: { size: 1 },
    revision: 3n,
    position: { commit: 12n, prepare: 11n },
    events: [],
    category: 'profile',
  };

  it('answers the resource with its ETag and position', async () => {
    reply = async () => written(outcome, (state) => state, 201);
    const answer = await put({});
    expect(answer).toMatchObject({ status: 201, body: { size: 1 }, headers: { etag: '"3"' } });
    expect(decodeTokens(answer.headers['x-position'] as string)).toEqual([
      { category: 'profile', position: { commit: 12n, prepare: 11n } },
    ]);
    expect(answer.headers['idempotency-replayed']).toBeUndefined();
  });

  it('says that it was a repetition', async () => {
    reply = async () => written({ ...outcome, kind: 'replayed' }, (state) => state);
    expect((await put({})).headers['idempotency-replayed']).toBe('true');
  });

  it('has neither ETag nor position when nothing was ever written, and no body with 204', async () => {
    reply = async () =>
      written({ ...outcome, kind: 'unchanged', revision: null, position: null }, (state) => state, 204);
    const answer = await put({});
    expect(answer).toMatchObject({ status: 204, text: '' });
    expect(answer.headers).not.toHaveProperty('etag');
    expect(answer.headers).not.toHaveProperty('x-position');
    expect(answer.headers).not.toHaveProperty('content-length');
  });
});

describe('answers', () => {
  it('without a body say so', async () => {
    reply = async () => ({ status: 202, headers: { Location: '/api/v1/things/b' } });
    expect(await put({})).toMatchObject({
      status: 202,
      text: '',
      headers: { location: '/api/v1/things/b', 'content-length': '0' },
    });
  });

  it('can replace the headers of every answer', async () => {
    reply = async () => ({ status: 200, body: {}, headers: { 'Cache-Control': 'public, max-age=60' } });
    expect((await put({})).headers['cache-control']).toBe('public, max-age=60');
  });

  it('arrive in whatever language they are written', async () => {
    reply = async () => ({ status: 200, body: { name: 'Zoë ø 漢字 🙂' } });
    expect((await put({})).body).toEqual({ name: 'Zoë ø 漢字 🙂' });
  });

  it('can be streams', async () => {
    reply = async () => ({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      stream: async (res) => {
        res.write('id: 1\n\n');
        await new Promise((resolve) => setImmediate(resolve));
        res.write('id: 2\n\n');
      },
    });
    expect(await app.call('GET', '/api/v1/things/a', { as: ann })).toMatchObject({
      status: 200,
      text: 'id: 1\n\nid: 2\n\n',
    });
  });

  it('that fail in the middle are cut, so that nobody takes them for whole', async () => {
    reply = async () => ({
      status: 200,
      stream: async (res) => {
        res.write('half');
        throw new Error('the disk is gone');
      },
    });
    await expect(app.call('GET', '/api/v1/things/a', { as: ann })).rejects.toThrow();
    expect(app.lines.at(-1)).toMatchObject({ level: 'error', error: { message: 'the disk is gone' } });
  });

  it('503 when too much is being worked on', async () => {
    let finish = () => {};
    const held = new Promise<void>((resolve) => (finish = resolve));
    reply = () => held.then(() => ({ status: 200, body: {} }));
    const busy = [put({}), put({}), put({})];
    while (seen.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await put({})).toMatchObject({ status: 503, body: { code: 'overloaded' }, headers: { 'retry-after': '1' } });
    finish();
    expect((await Promise.all(busy)).map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(await put({})).toMatchObject({ status: 200 });
  });
});
