import { z } from 'zod';
import { openApi, type OpenApiDocument } from './openapi.js';
import { errorStatuses } from './openapi-errors.js';
import { route } from './route.js';
import { allRoutes } from './routes.js';

type Node = Record<string, unknown>;
interface Operation {
  operationId: string;
  tags: string[];
  parameters: { name: string; in: string; required: boolean; schema: Node }[];
  requestBody?: { required: boolean; content: Record<string, { schema: Node }> };
  responses: Record<string, Node>;
  security: unknown[];
  description?: string;
}

const document = openApi(allRoutes, { version: '1.2.3' });
const operationOf = (from: OpenApiDocument, method: string, path: string): Operation =>
  from.paths[path]?.[method.toLowerCase()] as unknown as Operation;

function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : references(inner),
  );
}

const resolve = (from: OpenApiDocument, pointer: string): unknown =>
  pointer
    .slice(2)
    .split('/')
    .reduce<unknown>((node, key) => (node as Node | undefined)?.[key], from);

describe('the OpenAPI document', () => {
  it('has every declared route, once, and nothing else', () => {
    const listed = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(
        ([method, operation]) => `${String(operation.operationId)} ${method.toUpperCase()} ${path}`,
      ),
    );
    const declared = allRoutes.map((one) => `${one.id} ${one.definition.method} ${one.definition.path}`);
    expect(listed.sort()).toEqual(declared.sort());
  });

  it('is a 3.1 document whose every reference leads somewhere', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Annals', version: '1.2.3' });
    const dangling = references(document).filter((pointer) => resolve(document, pointer) === undefined);
    expect(dangling).toEqual([]);
  });

  it.each(allRoutes.map((one) => [one.id, one] as const))('%s: is complete', (_id, one) => {
    const { definition } = one;
    const operation = operationOf(document, definition.method, definition.path);
    const named = [...definition.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map((parameter) => parameter.name).sort()).toEqual(named.sort());
    expect(inPath.every((parameter) => parameter.required)).toBe(true);
    expect(operation.tags).toEqual([definition.tag]);
    const expected = new Set([...Object.keys(definition.responses), ...errorStatuses(definition).map(String)]);
    expect(Object.keys(operation.responses).sort()).toEqual([...expected].sort());
    for (const response of Object.values(operation.responses)) {
      const pointer = response.$ref as string | undefined;
      const whole = (pointer ? resolve(document, pointer) : response) as Node;
      expect(typeof whole.description).toBe('string');
    }
    expect(Boolean(operation.requestBody)).toBe(Boolean(definition.body ?? definition.upload));
    const { access } = definition;
    const open = access.kind === 'open' && (access.knows_caller ? [{}, { bearer: [] }] : []);
    expect(operation.security).toEqual(open || [{ bearer: [] }]);
  });

  it('shows fields with a default as optional in requests and as present in answers', () => {
    const Thing = z.object({ name: z.string(), size: z.number().default(1) });
    const one = route('putThing', {
      method: 'PUT',
      path: '/things/{id}',
      owner: 'profile',
      summary: 'Replaces a thing',
      tag: 'Things',
      access: { kind: 'role', min: 'MANAGER', also: ['BILLING'] },
      params: z.object({ id: z.uuid() }),
      query: z.object({ dry_run: z.coerce.boolean().optional() }),
      body: Thing,
      responses: { 200: Thing, 204: null },
      ifMatch: 'required',
    });
    const operation = operationOf(openApi([one], { version: '1' }), 'PUT', '/things/{id}');
    expect(operation.requestBody?.content['application/json']?.schema.required).toEqual(['name']);
    const answer = operation.responses['200'] as { content: Record<string, { schema: Node }> };
    expect(answer.content['application/json']?.schema.required).toEqual(['name', 'size']);
    expect(operation.responses['204']).not.toHaveProperty('content');
    expect(Object.keys(operation.responses)).toEqual(
      '200 204 400 401 403 404 409 412 413 415 422 428 429 500 503'.split(' '),
    );
    expect(operation.description).toBe('Requires MANAGER role or higher, or BILLING.');
    const ifMatch = operation.parameters.find((parameter) => parameter.name === 'If-Match');
    expect(ifMatch?.required).toBe(true);
    expect(operation.parameters.find((parameter) => parameter.name === 'dry_run')).toMatchObject({
      in: 'query',
      required: false,
    });
  });

  it('names a schema that has an id once and refers to it', () => {
    const Named = z.object({ id: z.uuid() }).meta({ id: 'Named' });
    const one = route('listNamed', {
      method: 'GET',
      path: '/named',
      owner: 'profile',
      summary: 'Lists',
      tag: 'Things',
      access: { kind: 'permission', permission: 'VIEW_CONTENT' },
      responses: { 200: z.object({ data: z.array(Named) }) },
    });
    const made = openApi([one], { version: '1' });
    expect(resolve(made, '#/components/schemas/Named')).toMatchObject({ type: 'object', required: ['id'] });
    expect(references(made.paths)).toContain('#/components/schemas/Named');
    expect(operationOf(made, 'GET', '/named').description).toBe('Requires permission VIEW_CONTENT.');
  });

  it('shows the limits that a contract sets, not those of the language', () => {
    const Counted = z.object({ count: z.number().int(), page: z.number().int().min(1) });
    const one = route('getCounted', {
      ...{ method: 'GET', path: '/counted', owner: 'profile', summary: 'Counts', tag: 'Things' },
      access: { kind: 'user' },
      responses: { 200: Counted },
    });
    const made = operationOf(openApi([one], { version: '1' }), 'GET', '/counted');
    const answer = made.responses['200'] as { content: Record<string, { schema: Node }> };
    expect(answer.content['application/json']?.schema.properties).toEqual({
      count: { type: 'integer' },
      page: { type: 'integer', minimum: 1 },
    });
  });

  it('shows an upload as a form with its file and what is said of it', () => {
    const one = route('sendThing', {
      ...{ method: 'POST', path: '/things', owner: 'profile', summary: 'Sends', tag: 'Things' },
      access: { kind: 'user' },
      responses: { 204: null },
      upload: {
        ...{ field: 'file', types: ['image/png', 'image/webp'], maxBytes: 1_000 },
        fields: z.strictObject({ title: z.string(), note: z.string().optional() }),
      },
    });
    const { requestBody, responses } = operationOf(openApi([one], { version: '1' }), 'POST', '/things');
    expect(requestBody).toEqual({
      required: true,
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: {
              ...{ title: { type: 'string' }, note: { type: 'string' } },
              file: { type: 'string', format: 'binary', description: 'At most 1000 bytes' },
            },
            ...{ required: ['title', 'file'], additionalProperties: false },
          },
          encoding: { file: { contentType: 'image/png, image/webp' } },
        },
      },
    });
    expect(Object.keys(responses)).toEqual('204 400 401 403 409 413 415 422 429 500 503'.split(' '));
  });

  it('refuses a route whose body is to be two things', () => {
    const upload = { field: 'file', types: ['image/png'], maxBytes: 1_000 };
    const both = { body: z.strictObject({}), upload, responses: { 204: null } };
    const shared = { method: 'POST', path: '/a', owner: 'profile', summary: 'x', tag: 'x' } as const;
    expect(() => route('both', { ...shared, access: { kind: 'open' }, ...both })).toThrow('not both');
  });

  it('serves streams as what they are', () => {
    const stream = (id: string, path: string) =>
      route(id, {
        method: 'GET',
        path,
        owner: 'export',
        summary: 'Streams',
        tag: 'Things',
        access: { kind: 'user' },
        responses: { 200: 'stream' },
      });
    const made = openApi([stream('events', '/things/events'), stream('download', '/things/download')], {
      version: '1',
    });
    const types = (path: string) =>
      Object.keys((operationOf(made, 'GET', path).responses['200'] as { content: Node }).content);
    expect(types('/things/events')).toEqual(['text/event-stream']);
    expect(types('/things/download')).toEqual(['application/octet-stream']);
  });

  it('refuses two routes with one id, or with one method and path', () => {
    const make = (id: string, path: string) =>
      route(id, {
        method: 'GET',
        path,
        owner: 'profile',
        summary: 'x',
        tag: 'x',
        access: { kind: 'open' },
        responses: { 200: null },
      });
    expect(() => openApi([make('one', '/a'), make('one', '/b')], { version: '1' })).toThrow('called one');
    expect(() => openApi([make('one', '/a'), make('two', '/a')], { version: '1' })).toThrow('GET /a');
  });
});
