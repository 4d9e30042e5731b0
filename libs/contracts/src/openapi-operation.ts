import type { z } from 'zod';
import { headers } from './headers.js';
import { errorStatuses } from './openapi-errors.js';
import type { JsonSchema, SchemaCollector } from './openapi-schemas.js';
import type { Access, Route, RouteDefinition, Upload } from './route.js';

const headerParameter = (name: string, description: string, schema: JsonSchema, required = false): JsonSchema => ({
  name,
  in: 'header',
  required,
  description,
  schema,
});
const text = { type: 'string' };
const etag = { type: 'string', pattern: '^"[0-9]+"$', examples: ['"4"'] };

/** Headers a client may send, from the house's conventions. */
function headerParameters(definition: RouteDefinition): JsonSchema[] {
  const parameters = [headerParameter(headers.requestId, 'Echoed; made when absent', text)];
  if (definition.access.kind !== 'open') {
    parameters.push(headerParameter(headers.accountId, 'Account to work in: its id or slug', text));
  }
  if (definition.method === 'GET') {
    parameters.push(headerParameter('If-None-Match', 'Answers 304 while the revision is this one', etag));
    parameters.push(
      headerParameter(headers.minPosition, "A write's `x-position`: the answer is at least that fresh", text),
    );
  } else {
    parameters.push(headerParameter('Idempotency-Key', 'Repeats of the same key have one effect', text));
  }
  if (definition.ifMatch) {
    const required = definition.ifMatch === 'required';
    parameters.push(headerParameter('If-Match', 'Revision the change is based on', etag, required));
  }
  return parameters;
}

function objectParameters(
  schema: z.ZodObject | undefined,
  place: 'path' | 'query',
  schemas: SchemaCollector,
): JsonSchema[] {
  if (!schema) return [];
  const converted = schemas.input(schema);
  const required = (converted.required as string[] | undefined) ?? [];
  return Object.entries((converted.properties ?? {}) as Record<string, JsonSchema>).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(typeof property.description === 'string' ? { description: property.description } : {}),
    schema: property,
  }));
}

const responseHeaders = {
  [headers.requestId]: { schema: text, description: 'Names this request in logs, events and errors' },
  [headers.traceId]: { schema: text, description: 'Trace of this request' },
};
const revisionHeaders = {
  ETag: { schema: etag, description: 'Revision of the resource' },
  [headers.position]: { schema: text, description: 'Send back as `x-min-position` to read at least this state' },
};

const streamType = (path: string): string =>
  path.endsWith('/events') || path.endsWith('/stream') ? 'text/event-stream' : 'application/octet-stream';

function successResponse(
  definition: RouteDefinition,
  body: z.ZodType | null | 'stream',
  schemas: SchemaCollector,
): JsonSchema {
  const plain = definition.method === 'GET' ? { ETag: revisionHeaders.ETag } : revisionHeaders;
  const shared = { description: definition.summary, headers: { ...responseHeaders, ...plain } };
  if (body === null) return shared;
  if (body === 'stream') return { ...shared, content: { [streamType(definition.path)]: { schema: {} } } };
  return { ...shared, content: { 'application/json': { schema: schemas.output(body) } } };
}

/** Says in words and in `security` who may call. */
function accessOf(access: Access): JsonSchema {
  switch (access.kind) {
    case 'open':
      // An empty requirement beside the token makes it optional.
      return { security: access.knows_caller ? [{}, { bearer: [] }] : [] };
    case 'user':
      return signedIn('Any signed-in member.');
    case 'self':
      return signedIn('Any signed-in person, in an account or in none.');
    case 'super_admin':
      return signedIn('Super admins; inside an elevation for its account alone.');
    case 'role': {
      const also = access.also?.length ? `, or ${access.also.join(' or ')}` : '';
      return signedIn(`Requires ${access.min} role or higher${also}${orSelf(access)}.`);
    }
    case 'permission':
      return signedIn(`Requires permission ${access.permission}${orSelf(access)}.`);
    case 'any_permission':
      return signedIn(`Requires one of the permissions ${access.permissions.join(', ')}${orSelf(access)}.`);
    case 'all_permissions':
      return signedIn(`Requires the permissions ${access.permissions.join(', ')}${orSelf(access)}.`);
  }
}

const signedIn = (description: string): JsonSchema => ({ security: [{ bearer: [] }], description });
const orSelf = (access: { or_self?: string }) => (access.or_self ? ', or to be the person asked about' : '');

/** What is sent: JSON, or a form with a file. */
function requestBody({ method, body, upload }: RouteDefinition, schemas: SchemaCollector): JsonSchema | undefined {
  if (upload) return { required: true, content: { 'multipart/form-data': form(upload, schemas) } };
  if (!body) return undefined;
  const schema = schemas.input(body);
  const mediaTypes = ['application/json', ...(method === 'PATCH' ? ['application/merge-patch+json'] : [])];
  return { required: !body.isOptional(), content: Object.fromEntries(mediaTypes.map((type) => [type, { schema }])) };
}

/** The file comes last, so that what is said of it is known when it arrives. */
function form({ field, fields, types, maxBytes }: Upload, schemas: SchemaCollector): JsonSchema {
  const said = fields ? schemas.input(fields) : {};
  const file = { type: 'string', format: 'binary', description: `At most ${maxBytes} bytes` };
  return {
    schema: {
      type: 'object',
      properties: { ...(said.properties ?? {}), [field]: file },
      required: [...((said.required as string[] | undefined) ?? []), field],
      additionalProperties: false,
    },
    encoding: { [field]: { contentType: types.join(', ') } },
  };
}

/** One operation of the document. */
export function operation(route: Route, schemas: SchemaCollector): JsonSchema {
  const { definition } = route;
  const sent = requestBody(definition, schemas);
  const success = Object.entries(definition.responses).map(([status, response]) => [
    status,
    successResponse(definition, response, schemas),
  ]);
  const errors = errorStatuses(definition)
    .filter((status) => !(status in definition.responses))
    .map((status) => [String(status), { $ref: `#/components/responses/Problem${status}` }]);
  return {
    operationId: route.id,
    tags: [definition.tag],
    summary: definition.summary,
    ...accessOf(definition.access),
    ...(definition.reauthenticated ? { 'x-reauthenticated': true } : {}),
    parameters: [
      ...objectParameters(definition.params, 'path', schemas),
      ...objectParameters(definition.query, 'query', schemas),
      ...headerParameters(definition),
    ],
    ...(sent ? { requestBody: sent } : {}),
    responses: Object.fromEntries([...success, ...errors]) as JsonSchema,
  };
}
