import { route, type ProblemBody } from '@annals/contracts';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { ApiProblem, createClient, readEvents, type ClientOptions } from './index.js';

const shared = { owner: 'profile', summary: 'x', tag: 'x', access: { kind: 'user' } } as const;
const Thing = z.object({ name: z.string(), size: z.number().default(1) });
const id = '0190a000-0000-7000-8000-000000000001';
const getThing = route('getThing', {
  ...shared,
  method: 'GET',
  path: '/things/{id}',
  params: z.object({ id: z.uuid() }),
  query: z.object({ depth: z.coerce.number().default(1), since: z.string().optional() }),
  responses: { 200: Thing },
});
const putThing = route('putThing', {
  ...shared,
  method: 'PUT',
  path: '/things/{id}',
  params: z.object({ id: z.uuid() }),
  body: Thing,
  responses: { 200: Thing },
});
const deleteThings = route('deleteThings', { ...shared, method: 'DELETE', path: '/things', responses: { 204: null } });
const sendThing = route('sendThing', {
  ...{ ...shared, method: 'POST', path: '/things', responses: { 204: null } },
  upload: {
    ...{ field: 'file', types: ['image/png'], maxBytes: 1_000 },
    fields: z.object({ kind: z.enum(['card', 'poem']) }),
  },
});
const follow = route('follow', { ...shared, method: 'GET', path: '/events', responses: { 200: 'stream' } });
const signIn = route('signIn', {
  ...shared,
  method: 'POST',
  path: '/sign-in',
  access: { kind: 'open' },
  responses: { 204: null },
});

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}
type Respond = (seen: Seen, response: ServerResponse) => void;

const problem = (status: number, code: string, detail = 'because'): ProblemBody => ({
  type: 'about:blank',
  title: 'x',
  status,
  detail,
  instance: '/things',
  statusCode: status,
  message: detail,
  error: 'x',
  code,
  request_id: 'r-1',
  trace_id: 't-1',
  errors: [],
});

describe('the client', () => {
  let server: Server;
  let seen: Seen[];
  let respond: Respond;

  beforeEach(async () => {
    seen = [];
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        const one = { method: request.method!, url: request.url!, headers: request.headers, body };
        seen.push(one);
        respond(one, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });

  const client = (options: Partial<ClientOptions> = {}) =>
    createClient({
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`,
      token: 'token-1',
      ...options,
    });
  const json = (response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  const refuse = (response: ServerResponse, status: number, code: string, headers: Record<string, string> = {}) =>
    json(response, status, problem(status, code), { 'x-request-id': 'r-1', 'x-trace-id': 't-1', ...headers });

  it('fills path, query, token and account, and gives back body, revision, position and ids', async () => {
    respond = (_seen, response) =>
      json(response, 200, { name: 'a', size: 2 }, { etag: '"3"', 'x-request-id': 'r', 'x-trace-id': 't' });
    const answer = await client({ account: 'acme' }).call(getThing, { params: { id }, query: { depth: 2 } });
    const name: string = answer.body.name;
    expect({ ...answer, name }).toMatchObject({ status: 200, name: 'a', etag: '"3"', requestId: 'r', traceId: 't' });
    expect(seen[0]).toMatchObject({ method: 'GET', url: `/api/v1/things/${id}?depth=2` });
    expect(seen[0]!.headers).toMatchObject({ authorization: 'Bearer token-1', 'account-id': 'acme' });
  });

  it('sends the newest position of each category with later reads, and none before a write', async () => {
    const positions = ['20-20@profile', '9-9@profile,5-5@session'];
    respond = (one, response) => {
      if (one.method === 'GET') return json(response, 200, { name: 'a', size: 1 });
      json(response, 200, { name: 'a', size: 1 }, { 'x-position': positions.shift()! });
    };
    const api = client();
    await api.call(getThing, { params: { id } });
    await api.call(putThing, { params: { id }, body: { name: 'a' } });
    await api.call(putThing, { params: { id }, body: { name: 'b' } });
    await api.withAccount('globex').call(getThing, { params: { id } });
    expect(seen[0]!.headers).not.toHaveProperty('x-min-position');
    expect(seen[3]!.headers['x-min-position']).toBe('20-20@profile,5-5@session');
  });

  it('repeats a read whose model is behind, and a refusal for too many requests, after the time asked for', async () => {
    const answers: Respond[] = [
      (_one, response) => refuse(response, 503, 'projection-behind', { 'retry-after': '0' }),
      (_one, response) => refuse(response, 429, 'rate-limited', { 'retry-after': '0' }),
      (_one, response) => json(response, 200, { name: 'a', size: 1 }),
    ];
    respond = (one, response) => answers.shift()!(one, response);
    expect((await client().call(getThing, { params: { id } })).status).toBe(200);
    expect(seen).toHaveLength(3);
  });

  it('repeats a bounded number of times, and not at all when asked to wait too long', async () => {
    respond = (_one, response) => refuse(response, 429, 'rate-limited', { 'retry-after': '0' });
    const twice = client({ retry: { retries: 2 } });
    await expect(twice.call(getThing, { params: { id } })).rejects.toMatchObject({ status: 429 });
    expect(seen).toHaveLength(3);
    respond = (_one, response) => refuse(response, 429, 'rate-limited', { 'retry-after': '3600' });
    await expect(twice.call(getThing, { params: { id } })).rejects.toMatchObject({ retryAfter: 3600 });
    expect(seen).toHaveLength(4);
  });

  it.each([
    ['a blob', new Blob(['bytes'], { type: 'image/png' })],
    ['bytes', { content: new TextEncoder().encode('bytes'), type: 'image/png' }],
  ])('sends %s as a form, the file last, again when it is asked to', async (_what, file) => {
    let busy = true;
    respond = (_one, response) => {
      if (busy) refuse(response, 503, 'avatar-busy', { 'retry-after': '0' });
      else response.writeHead(204).end();
      busy = false;
    };
    await client().call(sendThing, { file, fields: { kind: 'card' } });
    const [first, again] = seen;
    expect(again!.headers['idempotency-key']).toBe(first!.headers['idempotency-key']);
    for (const { headers, body } of [first!, again!]) {
      const form = await new Response(body, { headers: { 'content-type': headers['content-type']! } }).formData();
      const sent = form.get('file') as File;
      expect([...form.keys()]).toEqual(['kind', 'file']);
      expect([sent.type, await sent.text()]).toEqual(['image/png', 'bytes']);
    }
  });

  it('repeats a write whose connection was cut with the same idempotency key', async () => {
    respond = (one, response) => {
      if (seen.length === 1) return response.destroy();
      json(response, 200, { name: one.body, size: 1 });
    };
    await client().call(putThing, { params: { id }, body: { name: 'a' } });
    const keys = seen.map((one) => one.headers['idempotency-key']);
    expect(keys).toEqual([keys[0], keys[0]]);
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('does not repeat a write without a key: an open route gets none by itself, nor a token', async () => {
    respond = (_one, response) => response.destroy();
    await expect(client().call(signIn)).rejects.toMatchObject({ name: 'TypeError' });
    expect(seen).toHaveLength(1);
    expect(seen[0]!.headers).not.toHaveProperty('idempotency-key');
    expect(seen[0]!.headers).not.toHaveProperty('authorization');
  });

  it('throws what the server said as a typed problem', async () => {
    respond = (_one, response) => refuse(response, 412, 'stale-revision');
    const error: unknown = await client()
      .call(putThing, { params: { id }, body: { name: 'a' }, ifMatch: 3 })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiProblem);
    expect(error).toMatchObject({ status: 412, code: 'stale-revision', requestId: 'r-1', traceId: 't-1' });
    expect(seen[0]!.headers['if-match']).toBe('"3"');
    await client()
      .call(putThing, { params: { id }, body: { name: 'a' }, ifMatch: null })
      .catch(() => undefined);
    expect(seen[1]!.headers).not.toHaveProperty('if-match');
  });

  it("throws a problem of its own when the answer is a stranger's page", async () => {
    respond = (_one, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad Gateway</h1>');
    await expect(client().call(getThing, { params: { id } })).rejects.toMatchObject({
      status: 502,
      code: 'unexpected-answer',
      body: null,
    });
  });

  const uuid = '0190a000-0000-7000-8000-00000000000f';
  const refreshed = {
    access_token: 'token-2',
    refresh_token: 'refresh-2',
    token_type: 'Bearer',
    expires_in: 300,
    session_id: uuid,
    user_id: uuid,
    account_id: null,
  };
  const acceptOnly = (token: string, onRefresh: Respond): Respond => {
    return (one, response) => {
      if (one.url.endsWith('/auth/refresh')) return onRefresh(one, response);
      if (one.headers.authorization === `Bearer ${token}`) return json(response, 200, { name: 'a', size: 1 });
      refuse(response, 401, 'token-expired');
    };
  };

  it('exchanges an expired token once for all calls that meet it, and tells who stores tokens', async () => {
    respond = acceptOnly('token-2', (_one, response) => json(response, 200, refreshed));
    const onTokens = jest.fn();
    const api = client({ refreshToken: 'refresh-1', onTokens });
    const answers = await Promise.all(Array.from({ length: 8 }, () => api.call(getThing, { params: { id } })));
    expect(answers.every((one) => one.status === 200)).toBe(true);
    const exchanges = seen.filter((one) => one.url.endsWith('/auth/refresh'));
    expect(exchanges.map((one) => one.body)).toEqual(['{"refresh_token":"refresh-1"}']);
    expect(onTokens).toHaveBeenCalledTimes(1);
    expect(onTokens).toHaveBeenCalledWith({ access: 'token-2', refresh: 'refresh-2' });
  });

  it('stays in the account it was made for when its token is renewed', async () => {
    respond = acceptOnly('token-2', (_one, response) => json(response, 200, refreshed));
    await client({ refreshToken: 'refresh-1', account: 'globex' }).call(getThing, { params: { id } });
    const { body } = seen.find((one) => one.url.endsWith('/auth/refresh'))!;
    expect(JSON.parse(body)).toEqual({ refresh_token: 'refresh-1', account: 'globex' });
  });

  it('gives up after one exchange when the new token is refused too', async () => {
    respond = acceptOnly('never', (_one, response) => json(response, 200, refreshed));
    const api = client({ refreshToken: 'refresh-1' });
    await expect(api.call(getThing, { params: { id } })).rejects.toMatchObject({ status: 401 });
    expect(seen).toHaveLength(3);
  });

  it('forgets the session when the refresh token does not count any more', async () => {
    respond = acceptOnly('never', (_one, response) => refuse(response, 401, 'refresh-reused'));
    const onTokens = jest.fn();
    const api = client({ refreshToken: 'refresh-1', onTokens });
    await expect(api.call(getThing, { params: { id } })).rejects.toMatchObject({ status: 401 });
    expect(onTokens).toHaveBeenCalledWith({ access: null, refresh: null });
    respond = (_one, response) => json(response, 200, { name: 'a', size: 1 });
    api.signIn({ token: 'token-3' });
    await api.call(getThing, { params: { id } });
    expect(seen.at(-1)!.headers.authorization).toBe('Bearer token-3');
  });

  it('answers an empty body as undefined, also for 304', async () => {
    respond = (one, response) => response.writeHead(one.method === 'GET' ? 304 : 204).end();
    expect((await client().call(deleteThings)).body).toBeUndefined();
    const unchanged = await client().call(getThing, { params: { id }, ifNoneMatch: '"3"' });
    expect(unchanged).toMatchObject({ status: 304, body: undefined });
    expect(seen[1]!.headers['if-none-match']).toBe('"3"');
  });

  it('reads an event stream across any split of its bytes, and resumes where it is told', async () => {
    respond = (_one, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const text = ': hello\n\nid: 1\nevent: progress\ndata: {"a":"ä"}\n\ndata: one\ndata: two\n\n';
      for (const byte of Buffer.from(text)) response.write(Buffer.of(byte));
      response.end();
    };
    const answer = await client().call(follow, { lastEventId: '7' });
    const events = [];
    for await (const event of readEvents(answer.body)) events.push(event);
    expect(events).toEqual([
      { id: '1', event: 'progress', data: '{"a":"ä"}' },
      { id: null, event: 'message', data: 'one\ntwo' },
    ]);
    expect(seen[0]!.headers['last-event-id']).toBe('7');
  });

  it('cancels an event stream whose reader leaves, and refuses an event without end', async () => {
    let closed = false;
    respond = (_one, response) => {
      response.on('close', () => (closed = true));
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n');
    };
    for await (const event of readEvents((await client().call(follow)).body)) {
      expect(event.data).toBe('one');
      break;
    }
    while (!closed) await new Promise((resolve) => setImmediate(resolve));
    respond = (_one, response) => response.writeHead(200).end('x'.repeat(1_000_001));
    const endless = readEvents((await client().call(follow)).body);
    await expect(endless.next()).rejects.toThrow('longer than the limit');
  });

  it('stops waiting when the caller gives up, and when no answer comes', async () => {
    respond = () => undefined;
    const given = new AbortController();
    const waiting = client().call(getThing, { params: { id }, signal: given.signal });
    given.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    const hurried = client({ timeoutMs: 20, retry: { retries: 0 } });
    await expect(hurried.call(getThing, { params: { id } })).rejects.toThrow('no answer within 20 ms');
  });
});
