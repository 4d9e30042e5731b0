import { problemResponses } from './openapi-errors.js';
import { operation } from './openapi-operation.js';
import { schemaCollector, type JsonSchema } from './openapi-schemas.js';
import type { Route } from './route.js';

export interface OpenApiOptions {
  /** Version of the API as shown to people. */
  version: string;
  /** Where the API answers, as in `/api/v1` or a whole URL. */
  serverUrl?: string;
}

export interface OpenApiDocument {
  openapi: '3.1.0';
  info: JsonSchema;
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, JsonSchema>>;
  components: Record<string, JsonSchema>;
}

/**
 * OpenAPI 3.1 document of the given routes, from the same schemas that validate requests.
 * @throws Error when two routes share an id, or a method and path.
 */
export function openApi(routes: readonly Route[], options: OpenApiOptions): OpenApiDocument {
  const schemas = schemaCollector();
  const paths: OpenApiDocument['paths'] = {};
  const ids = new Set<string>();
  for (const route of routes) {
    const { method, path } = route.definition;
    const operations = (paths[path] ??= {});
    if (ids.has(route.id)) throw new Error(`two routes are called ${route.id}`);
    if (operations[method.toLowerCase()]) throw new Error(`two routes answer ${method} ${path}`);
    ids.add(route.id);
    operations[method.toLowerCase()] = operation(route, schemas);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Annals',
      version: options.version,
      description: 'A multi-tenant user system: identity, profile, activity and data export, event-sourced end to end.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: options.serverUrl ?? '/api/v1' }],
    tags: [...new Set(routes.map((route) => route.definition.tag))].sort().map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components(),
      responses: problemResponses(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'at+jwt', description: 'Access token of a sign-in' },
      },
    },
  };
}
