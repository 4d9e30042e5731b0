import type { RouteDefinition } from './route.js';
import { problemReference, type JsonSchema } from './openapi-schemas.js';

/** What each status means here, as in the specification's table of conventions. */
const meanings: Readonly<Record<number, string>> = {
  400: 'Malformed or invalid request, or no account was named where one is needed',
  401: 'No token, or one that does not count (any more)',
  403: 'Known, but not allowed',
  404: "Unknown, or another tenant's",
  409: 'Conflict: with the present state, a concurrent change, or the same command still in flight',
  412: '`If-Match` names an older revision',
  413: 'The body is larger than the limit',
  415: 'The body is not of an accepted content type',
  422: 'The idempotency key was used with another body',
  428: '`If-Match` is required here',
  429: 'Too many requests: wait `Retry-After` seconds',
  500: 'Something failed inside; `request_id` leads to the story',
  503: 'Not now (shed, store down, or the read model is behind): wait `Retry-After` seconds',
};

/** Statuses an operation may answer besides its own, from its declaration. */
export function errorStatuses(definition: RouteDefinition): number[] {
  const writes = definition.method !== 'GET';
  const statuses = [429, 500, 503];
  if (definition.access.kind !== 'open' || definition.access.knows_caller) statuses.push(400, 401, 403);
  if (definition.params) statuses.push(404);
  const takesBody = definition.body ?? definition.upload;
  if (definition.query || takesBody) statuses.push(400);
  if (takesBody) statuses.push(413, 415);
  if (writes) statuses.push(409, 422);
  if (definition.ifMatch) statuses.push(412);
  if (definition.ifMatch === 'required') statuses.push(428);
  return [...new Set(statuses)].sort((a, b) => a - b);
}

const retryAfter = {
  'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer', minimum: 0 } },
};

/** `components.responses`: one problem per status. */
export function problemResponses(): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(meanings).map(([status, description]) => [
      `Problem${status}`,
      {
        description,
        ...(status === '429' || status === '503' ? { headers: retryAfter } : {}),
        content: { 'application/problem+json': { schema: problemReference } },
      },
    ]),
  );
}
