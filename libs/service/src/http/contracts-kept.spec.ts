import { route } from '@annals/contracts';
import { z } from 'zod';
import { mount, mountInside, type Reply } from './mount.js';
import { startTestApp, type TestApp } from './test-app.js';

const base = { owner: 'profile', summary: 's', tag: 't', access: { kind: 'open' }, responses: {} } as const;
const never = () => Promise.reject(new Error('not called'));

describe('a route that would let unknown fields pass does not start', () => {
  const withBody = (body: z.ZodType) => () =>
    mount(route('thing.put', { ...base, method: 'PUT', path: '/x', body }), never);
  const loose = z.object({ a: z.string() });

  it.each<[string, z.ZodType]>([
    ['body.inner', z.strictObject({ inner: loose })],
    ['body.inner', z.object({ inner: loose.optional() })],
    ['body.list.*', z.strictObject({ list: z.array(loose) })],
    ['body.map.*', z.strictObject({ map: z.record(z.string(), loose) })],
    ['body.pair.1', z.strictObject({ pair: z.tuple([z.string(), loose]) })],
    ['body', z.union([z.strictObject({ b: z.string() }), loose])],
    ['body', z.intersection(loose, z.strictObject({}))],
    ['body', loose.transform((value) => value.a)],
    ['body.*', z.array(loose)],
  ])('%s is named', (path, schema) => {
    expect(withBody(schema)).toThrow(`thing.put: ${path} lets unknown fields pass: use z.strictObject`);
  });

  it('also inside', () => {
    const inside = () =>
      mountInside({ method: 'POST', path: '/internal/x', principals: [], body: z.array(loose) }, never);
    expect(inside).toThrow('POST /internal/x: body.* lets unknown fields pass');
  });

  it('a plain object at the top is made strict, an open one is left open', () => {
    expect(withBody(loose)).not.toThrow();
    expect(withBody(z.looseObject({ a: z.string() }))).not.toThrow();
    type Tree = { children: Tree[] };
    const tree: z.ZodType<Tree> = z.lazy(() => z.strictObject({ children: z.array(tree) }));
    expect(withBody(tree)).not.toThrow();
  });
});

describe('with replies checked', () => {
  let reply: Reply;
  let app: TestApp;
  beforeAll(async () => {
    const responses = { 200: z.strictObject({ size: z.number() }), 204: null, 206: 'stream' } as const;
    const get = mount(route('thing.get', { ...base, method: 'GET', path: '/x', responses }), async () => reply);
    const inside = mountInside({ method: 'GET', path: '/internal/x', principals: 'anybody' }, async () => reply);
    app = await startTestApp({ routes: [get, inside], checkReplies: true });
  });
  afterAll(() => app.close());

  it.each<[string, Reply]>([
    ['thing.get answers 201, which it does not declare', { status: 201, body: { size: 1 } }],
    ['thing.get answers another body than it declares', { status: 200, body: { size: '1' } }],
    ['thing.get answers another body than it declares', { status: 200 }],
    ['thing.get declares no body and answers one', { status: 204, body: {} }],
    ['thing.get declares a stream and answers none', { status: 206, body: {} }],
  ])('500: %s', async (message, given) => {
    reply = given;
    expect(await app.call('GET', '/api/v1/x')).toMatchObject({ status: 500, body: { code: 'internal-error' } });
    expect(app.lines.at(-1)).toMatchObject({ error: { message: expect.stringContaining(message) as string } });
  });

  it.each<Reply>([{ status: 200, body: { size: 1 } }, { status: 204 }, { status: 206, stream: async () => undefined }])(
    'what is declared passes: %p',
    async (given) => {
      reply = given;
      expect(await app.call('GET', '/api/v1/x')).toMatchObject({ status: given.status });
    },
  );

  it('inside routes declare nothing and are not checked', async () => {
    reply = { status: 418, body: 'tea' };
    expect(await app.call('GET', '/internal/x')).toMatchObject({ status: 418 });
  });
});
