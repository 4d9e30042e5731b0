import { personIdentity, serviceIdentity } from '@annals/auth';
import { Problem, ProblemBody, route } from '@annals/contracts';
import { connect } from 'node:net';
import { z } from 'zod';
import { mount, mountInside, type MountedRoute, type RouteRequest } from './mount.js';
import { startTestApp, type TestApp } from './test-app.js';

const ann = personIdentity({
  user_id: '0190a000-0000-7000-8000-000000000001',
  account_id: '0190a000-0000-7000-8000-0000000000aa',
  role: 'VIEWER',
  roles: ['VIEWER'],
  permissions: ['VIEW_CONTENT'],
});
const thingId = '0190a000-0000-7000-8000-0000000000f1';
const base = { owner: 'profile', summary: 's', tag: 't', responses: { 200: z.any() } } as const;

const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
};

let seen: RouteRequest[] = [];
const echo = async (request: unknown) => {
  seen.push(request as RouteRequest);
  return { status: 200, body: { ok: true } };
};

const routes: MountedRoute[] = [
  mount(
    route('thing.list', {
      ...base,
      method: 'GET',
      path: '/things',
      access: { kind: 'user' },
      query: z.object({ page: z.coerce.number().int().min(1).default(1), tag: z.array(z.string()).optional() }),
    }),
    echo,
  ),
  mount(route('thing.mine', { ...base, method: 'GET', path: '/things/mine', access: { kind: 'user' } }), echo),
  mount(
    route('thing.get', {
      ...base,
      method: 'GET',
      path: '/things/{thing_id}',
      access: { kind: 'user' },
      params: z.object({ thing_id: z.uuid() }),
    }),
    echo,
  ),
  mount(
    route('thing.change', {
      ...base,
      method: 'PUT',
      path: '/things/{thing_id}',
      access: { kind: 'permission', permission: 'VIEW_CONTENT' },
      params: z.object({ thing_id: z.uuid() }),
      body: z.object({ name: z.string().min(1), size: z.number().optional() }),
    }),
    echo,
  ),
  mount(
    route('thing.admin', {
      ...base,
      method: 'POST',
      path: '/things',
      access: { kind: 'role', min: 'ADMIN' },
      body: z.strictObject({}),
    }),
    echo,
  ),
  mount(
    route('thing.open', {
      ...base,
      method: 'POST',
      path: '/open',
      access: { kind: 'open' },
      body: z.object({ name: z.string() }),
    }),
    echo,
  ),
  mount(route('thing.broken', { ...base, method: 'GET', path: '/broken', access: { kind: 'open' } }), () =>
    Promise.reject(new TypeError('relation "secret_table" does not exist')),
  ),
  mount(route('thing.refused', { ...base, method: 'GET', path: '/refused', access: { kind: 'open' } }), () =>
    Promise.reject(new Problem(409, 'thing-taken', 'There is one already', { headers: { 'retry-after': '3' } })),
  ),
  mountInside(
    { method: 'POST', path: '/internal/things', principals: ['svc:export'], body: z.object({ name: z.string() }) },
    echo,
  ),
  mountInside({ method: 'GET', path: '/internal/keys', principals: 'anybody' }, echo),
];

let app: TestApp;
beforeAll(async () => (app = await startTestApp({ routes })));
afterAll(() => app.close());
beforeEach(() => (seen = []));

describe('finding the route', () => {
  it('prefers the path without parameters', async () => {
    await app.call('GET', '/api/v1/things/mine', { as: ann });
    expect(seen[0]!.params).toEqual({});
  });

  it('hands over path parameters that fit', async () => {
    await app.call('GET', `/api/v1/things/${thingId}`, { as: ann });
    expect(seen[0]!.params).toEqual({ thing_id: thingId });
  });

  it.each([
    '/api/v1/things/7',
    '/api/v1/nothing',
    '/api/v1/things/mine/',
    '/things/mine',
    `/api/v1/things/${thingId}/x`,
  ])('404 for %s', async (path) => {
    const answer = await app.call('GET', path, { as: ann });
    expect(answer).toMatchObject({ status: 404, body: { code: 'path-unknown' } });
  });

  it('405 with the methods that the path has', async () => {
    const answer = await app.call('DELETE', `/api/v1/things/${thingId}`, { as: ann });
    expect(answer).toMatchObject({ status: 405, body: { code: 'method-not-allowed' }, headers: { allow: 'GET, PUT' } });
    expect((await app.call('PATCH', '/api/v1/things', { as: ann })).headers.allow).toBe('GET, POST');
  });

  it('400 for a path that is not well-formed', async () => {
    const answer = await app.call('GET', '/api/v1/things/%E0%A4%A', { as: ann });
    expect(answer).toMatchObject({ status: 400, body: { code: 'path-malformed' } });
  });

  it('HEAD answers as GET without its body', async () => {
    const answer = await app.call('HEAD', '/api/v1/things/mine', { as: ann });
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers['content-length']).toBe('11');
  });

  it('is not started with two routes that are the same', async () => {
    await expect(
      startTestApp({ routes: [routes[2]!, { ...routes[2]!, path: '/api/v1/things/{id}' }] }),
    ).rejects.toThrow('two routes are GET /api/v1/things/{id}');
  });
});

describe('who asks', () => {
  it('401 without a context, also from this machine', async () => {
    expect(await app.call('GET', '/api/v1/things')).toMatchObject({ status: 401, body: { code: 'context-required' } });
    expect(seen).toEqual([]);
  });

  it('401 for a context that does not hold, also where none is needed', async () => {
    for (const [method, path] of [
      ['GET', '/api/v1/things'],
      ['GET', '/api/v1/refused'],
    ] as const) {
      const answer = await app.call(method, path, { headers: { 'x-annals-context': 'forged' } });
      expect(answer).toMatchObject({ status: 401, body: { code: 'context-invalid' } });
    }
  });

  it('403 with the role that is missing, before the body is looked at', async () => {
    const answer = await app.call('POST', '/api/v1/things', { as: ann, body: '{ not json' });
    expect(answer).toMatchObject({
      status: 403,
      body: { code: 'role-required', message: 'Requires ADMIN role or higher', error: 'Forbidden', statusCode: 403 },
    });
  });

  it('hands over the whole context', async () => {
    await app.call('GET', '/api/v1/things/mine', {
      as: ann,
      headers: {
        'x-request-id': 'request-0001',
        'x-correlation-id': 'correlation-1',
        'x-annals-client-address': '192.0.2.7',
        'x-annals-client-agent': 'a browser',
      },
    });
    expect(seen[0]!.context).toMatchObject({
      ...ann,
      request_id: 'request-0001',
      transaction_id: 'request-0001',
      correlation_id: 'correlation-1',
      causation_id: 'request-0001',
      ip_address: '192.0.2.7',
      user_agent: 'a browser',
      timestamp: seen[0]!.now,
    });
  });

  it('is nobody where the door is open', async () => {
    await app.call('POST', '/api/v1/open', { body: { name: 'x' } });
    expect(seen[0]!.context).toMatchObject({ kind: 'anonymous', ip_address: null });
  });

  it('inside routes are for the principals they name', async () => {
    const path = '/internal/things';
    const body = { name: 'x' };
    expect(await app.call('POST', path, { body })).toMatchObject({ status: 401, body: { code: 'context-required' } });
    const refused = { status: 403, body: { code: 'principal-required' } };
    expect(await app.call('POST', path, { body, as: ann })).toMatchObject(refused);
    expect(await app.call('POST', path, { body, as: serviceIdentity('svc:export') })).toMatchObject({ status: 200 });
    expect(await app.call('GET', '/internal/keys')).toMatchObject({ status: 200 });
  });
});

describe('what is asked', () => {
  const put = (body: unknown, headers: Record<string, string> = {}) =>
    app.call('PUT', `/api/v1/things/${thingId}`, { as: ann, body, headers });

  it('is handed over as its schema gives it', async () => {
    expect(await put({ name: 'x' })).toMatchObject({ status: 200 });
    expect(seen[0]!.body).toEqual({ name: 'x' });
    await app.call('GET', '/api/v1/things?page=3&tag=a&tag=b', { as: ann });
    expect(seen[1]!.query).toEqual({ page: 3, tag: ['a', 'b'] });
  });

  it('takes JSON of any JSON type, with its charset named', async () => {
    for (const type of ['application/json; charset=utf-8', 'application/merge-patch+json', 'APPLICATION/JSON']) {
      expect(await put({ name: 'x' }, { 'content-type': type })).toMatchObject({ status: 200 });
    }
  });

  it('400 with every field that is wrong', async () => {
    const answer = await put({ name: '', size: 'big', colour: 'red' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'body-invalid', error: 'Bad Request' } });
    const body = ProblemBody.parse(answer.body);
    expect(body.errors.map((error) => [error.path, error.code])).toEqual([
      ['name', 'too_small'],
      ['size', 'invalid_type'],
      ['colour', 'unknown_field'],
    ]);
    expect(body.message).toEqual(body.errors.map((error) => `${error.path}: ${error.message}`));
  });

  it.each<[number, string, string, unknown, Record<string, string>]>([
    [400, 'body-invalid', 'no body where one is needed', undefined, {}],
    [400, 'body-invalid', 'an empty body', '', {}],
    [400, 'body-invalid', 'a list instead of an object', [], {}],
    [400, 'body-malformed', 'JSON that ends early', '{"name":"secret', {}],
    [400, 'body-not-utf8', 'bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}],
    [400, 'body-name-refused', '__proto__', '{"name":"x","__proto__":{"admin":true}}', {}],
    [400, 'body-name-refused', '__proto__ in other letters', '{"name":"x","a":[{"\\u005f_proto__":1}]}', {}],
    [400, 'body-name-refused', 'constructor', '{"constructor":{"prototype":{}}}', {}],
    [400, 'body-text-refused', 'NUL, which no text column holds', '{"name":"a\\u0000b"}', {}],
    [400, 'body-text-refused', 'half a surrogate pair', '{"name":"x","a":["\\ud800"]}', {}],
    [400, 'body-text-refused', 'NUL in a name', '{"name":"x","a\\u0000":1}', {}],
    [400, 'body-too-deep', 'a body nested 33 levels', '['.repeat(33) + ']'.repeat(33), {}],
    [400, 'body-too-deep', 'a body nested 40,000 levels', '['.repeat(40_000) + ']'.repeat(40_000), {}],
    [
      400,
      'body-too-wide',
      'an object of 1,001 fields',
      JSON.stringify(Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`f${i}`, i]))),
      {},
    ],
    [400, 'body-too-wide', 'a list of 10,001 elements', JSON.stringify(new Array(10_001).fill(0)), {}],
    [415, 'content-type-unsupported', 'a form', 'name=x', { 'content-type': 'application/x-www-form-urlencoded' }],
    [415, 'content-type-unsupported', 'text that says it is text', '{"name":"x"}', { 'content-type': 'text/plain' }],
    [
      415,
      'content-type-unsupported',
      'another charset',
      '{"name":"x"}',
      { 'content-type': 'application/json; charset=latin1' },
    ],
    [415, 'content-encoding-unsupported', 'a compressed body', 'x', { 'content-encoding': 'gzip' }],
    [413, 'body-too-large', 'a body of more than 100 KB', JSON.stringify({ name: 'x'.repeat(102_400) }), {}],
  ])('%i %s for %s', async (status, code, _, body, headers) => {
    const answer = await put(body, headers);
    expect(answer).toMatchObject({ status, body: { code, status, statusCode: status } });
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.text).not.toMatch(/secret|\bat .*\.js|SyntaxError/);
    expect(seen).toEqual([]);
  });

  it('32 levels are not too deep', async () => {
    const answer = await put(`{"name":"x","deep":${'['.repeat(31)}${']'.repeat(31)}}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'body-invalid' } });
  });

  it('413 when a body without a length grows too large', async () => {
    const answer = await rawHttp(
      `PUT /api/v1/open HTTP/1.1\r\nhost: x\r\n\r\n`
        .replace('PUT /api/v1/open', 'POST /api/v1/open')
        .replace('\r\n\r\n', '\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n') +
        `1a000\r\n${'x'.repeat(0x1a000)}\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/connection: close/i);
  });

  it('a client that goes away in the middle of its body leaves a line in the log and nothing else', async () => {
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    socket.write(
      'POST /api/v1/open HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"na',
    );
    await until(() => app.metrics.text().includes('annals_http_in_flight 1'));
    socket.destroy();
    await until(() => app.lines.some((line) => line.code === 'body-incomplete'));
    expect(seen).toEqual([]);
  });

  it('400 for a query that its schema refuses, or that names what nobody knows', async () => {
    const answer = await app.call('GET', '/api/v1/things?page=0&colour=red', { as: ann });
    expect(answer).toMatchObject({ status: 400, body: { code: 'query-invalid' } });
    expect(ProblemBody.parse(answer.body).errors.map((error) => error.path)).toEqual(['page', 'colour']);
    const nul = await app.call('GET', '/api/v1/things?tag=%00', { as: ann });
    expect(nul).toMatchObject({ status: 400, body: { code: 'query-text-refused' } });
    const proto = await app.call('GET', '/api/v1/things?__proto__=1', { as: ann });
    expect(proto).toMatchObject({ status: 400, body: { code: 'query-invalid' } });
  });

  it('400 for a query of a hundred and one parameters', async () => {
    const answer = await app.call('GET', `/api/v1/things?${'tag=x&'.repeat(101)}`, { as: ann });
    expect(answer).toMatchObject({ status: 400, body: { code: 'query-too-long' } });
  });

  function rawHttp(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
      let received = '';
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.on('error', reject).on('close', () => resolve(received));
      socket.write(text);
    });
  }
});

describe('every answer', () => {
  it('forbids keeping, sniffing, framing and loading', async () => {
    for (const answer of [
      await app.call('GET', '/api/v1/things/mine', { as: ann }),
      await app.call('GET', '/nothing'),
    ]) {
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
      });
      expect(answer.headers['strict-transport-security']).toMatch(/max-age=31536000/);
      expect(answer.headers['x-powered-by']).toBeUndefined();
    }
  });

  it('says its request id: the caller’s if it is well-formed', async () => {
    const idFor = async (sent?: string) =>
      (await app.call('GET', '/api/v1/refused', { headers: sent ? { 'x-request-id': sent } : {} })).headers[
        'x-request-id'
      ];
    expect(await idFor('my-request-1')).toBe('my-request-1');
    for (const bad of ['short', 'x'.repeat(129), 'with space', 'a"quote"b"'])
      expect(await idFor(bad)).toMatch(/^[0-9a-f-]{36}$/);
    expect(await idFor()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('says its trace id: the caller’s if there is one', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const traced = await app.call('GET', '/api/v1/refused', {
      headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
    });
    expect(traced.headers['x-trace-id']).toBe(trace);
    expect(traced.body.trace_id).toBe(trace);
    expect((await app.call('GET', '/api/v1/refused')).headers['x-trace-id']).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('an error', () => {
  it('of ours is told in full', async () => {
    const answer = await app.call('GET', '/api/v1/refused?token=secret', {
      headers: { 'x-request-id': 'request-0001' },
    });
    expect(ProblemBody.parse(answer.body)).toEqual({
      type: 'urn:annals:problem:thing-taken',
      title: 'Conflict',
      status: 409,
      detail: 'There is one already',
      instance: '/api/v1/refused',
      statusCode: 409,
      message: 'There is one already',
      error: 'Conflict',
      code: 'thing-taken',
      request_id: 'request-0001',
      trace_id: answer.headers['x-trace-id'],
      errors: [],
    });
    expect(answer.headers['retry-after']).toBe('3');
  });

  it('that nobody foresaw says nothing to the client and everything to the log', async () => {
    const answer = await app.call('GET', '/api/v1/broken', { headers: { 'x-request-id': 'request-0002' } });
    expect(answer).toMatchObject({
      status: 500,
      body: { code: 'internal-error', detail: 'Something went wrong on our side' },
    });
    expect(answer.text).not.toMatch(/secret_table|TypeError|\.ts/);
    expect(app.lines.find((line) => line.request_id === 'request-0002')).toMatchObject({
      level: 'error',
      message: 'request failed',
      error: { name: 'TypeError', message: 'relation "secret_table" does not exist' },
    });
  });
});

describe('the log', () => {
  it('has one line per request, without path, query, address or body', async () => {
    await app.call('PUT', `/api/v1/things/${thingId}?email=ann@acme.test`, {
      as: ann,
      body: { name: 'my secret name' },
      headers: { 'x-request-id': 'request-0003', 'x-annals-client-address': '192.0.2.7' },
    });
    const lines = app.lines.filter((line) => line.request_id === 'request-0003');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 'info',
      service: 'test',
      message: 'request',
      method: 'PUT',
      route: '/things/{thing_id}',
      status: 200,
      account_id: ann.account_id,
      user_id: ann.user_id,
      correlation_id: 'request-0003',
    });
    expect(lines[0]!.trace_id).toMatch(/^[0-9a-f]{32}$/);
    expect(JSON.stringify(lines)).not.toMatch(/ann@acme|my secret|192\.0\.2\.7/);
  });
});

describe('the metrics', () => {
  it('count by route template, never by path', async () => {
    await app.call('GET', `/api/v1/things/${thingId}`, { as: ann });
    await app.call('GET', `/made-up/${thingId}`);
    const text = app.metrics.text();
    expect(text).toMatch(
      /annals_http_request_seconds_count\{method="GET",route="\/things\/\{thing_id\}",status="200"\} \d/,
    );
    expect(text).toMatch(/annals_http_request_seconds_count\{method="GET",route="\(none\)",status="404"\} \d/);
    expect(text).not.toContain(thingId);
  });
});
