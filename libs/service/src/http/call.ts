import { requireAccess, requireRecentProof, type ContextReader } from '@annals/auth';
import { fieldProblems, headers, Problem, type CurrentUserContext, type RequestContext } from '@annals/contracts';
import { decodeTokens, type PositionToken } from '@annals/event-store';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Scope } from '../telemetry/scope.js';
import { withSpan } from '../telemetry/spans.js';
import { readIfMatch } from './conditional.js';
import { commandIdOf, type CommandsInFlight } from './idempotency.js';
import { readJsonBody } from './json-body.js';
import type { MountedRoute, Reply, RouteRequest } from './mount.js';
import { readQuery } from './query-string.js';
import { callerOf, contextOf, headerOf, requirePrincipal } from './request-context.js';

/** Something that can tell when it has passed a position: a projection of this service. */
export interface PositionWaiter {
  /** Resolves at once for categories it does not follow. @throws Problem 503 `projection-behind` */
  waitFor(tokens: PositionToken[], timeoutMs: number): Promise<void>;
}

export interface CallParts {
  contextReader: ContextReader;
  projections: readonly PositionWaiter[];
  commandHash: (body: unknown) => string;
  inFlight: CommandsInFlight;
}

export interface Call {
  req: Request;
  res: Response;
  route: MountedRoute;
  params: Record<string, unknown>;
  path: string;
  search: string;
  request: RequestContext;
  scope: Scope;
}

/** How long a read may wait for its read model, in milliseconds. */
const longestWait = 1000;

/**
 * From a matched route to its reply: who asks, may they, what exactly do they ask, has it been asked before, is the
 * read model there; then the handler.
 */
export async function answer(call: Call, parts: CallParts): Promise<Reply> {
  const { req, route, request, scope } = call;
  const caller = await callerOf(route, req.headers, parts.contextReader);
  if (caller?.account_id) scope.account_id = caller.account_id;
  if (caller?.user_id) scope.user_id = caller.user_id;
  const context = contextOf(caller, request);
  if (route.access.kind === 'inside') requirePrincipal(route.access.principals, caller);
  else requireAccess(route.access, context, call.params);
  if (route.reauthenticated) requireRecentProof(context as CurrentUserContext);

  const query = route.query && parse(route.query, readQuery(call.search), 'query-invalid');
  const body = route.body && parse(route.body, await readJsonBody(req, route.bodyLimit), 'body-invalid');
  const isRead = route.method === 'GET';
  const key = isRead ? undefined : headerOf(req.headers, headers.idempotencyKey);
  const commandId = commandIdOf({
    accountId: route.inNoAccount ? null : (caller?.account_id ?? null),
    userId: caller?.user_id ?? caller?.principal ?? null,
    route: route.id,
    path: call.path,
    key,
  });
  const wanted = headerOf(req.headers, headers.minPosition);
  const minPosition = isRead && wanted ? decodeTokens(wanted) : [];
  const ask: RouteRequest = {
    // Access to a route that is not open was checked above, so the context is somebody's.
    context: context as RouteRequest['context'],
    params: call.params,
    query: query as RouteRequest['query'],
    body,
    commandId,
    commandHash: key !== undefined && route.body ? parts.commandHash(body) : undefined,
    hashOf: key === undefined ? undefined : parts.commandHash,
    ifMatch: isRead ? undefined : readIfMatch(req.headers['if-match'], route.ifMatch),
    minPosition,
    now: request.timestamp,
    raw: req,
    res: call.res,
  };
  if (minPosition.length > 0) {
    await Promise.all(parts.projections.map((projection) => projection.waitFor(minPosition, longestWait)));
  }
  if (isRead) return route.run(ask);
  const command = () => withSpan(`command ${route.id}`, { 'app.command_id': commandId }, () => route.run(ask));
  if (key === undefined) return command();
  parts.inFlight.enter(commandId);
  try {
    return await command();
  } finally {
    parts.inFlight.leave(commandId);
  }
}

/** @throws Problem 400 with one field problem for each thing the schema refuses */
function parse(schema: z.ZodType, value: unknown, code: 'query-invalid' | 'body-invalid'): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const what = code === 'query-invalid' ? 'query' : 'body';
  const fields = fieldProblems(result.error).map((field) => ({ ...field, path: field.path || what }));
  throw new Problem(400, code, `The ${what} does not hold what it should`, { fields });
}
