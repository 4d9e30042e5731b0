import {
  type Access,
  type AnonymousContext,
  bodyLimitOf,
  type BodyOf,
  type CurrentUserContext,
  type Method,
  type ParamsOf,
  type QueryOf,
  type Route,
  type RouteDefinition,
} from '@annals/contracts';
import type { PositionToken } from '@annals/event-store';
import type { Request, Response } from 'express';
import { type z } from 'zod';
import { requireStrict } from './strict.js';

/** Below which the routes of the contracts live. */
export const basePath = '/api/v1';

/** Routes between our own processes: which principals may call, or anybody inside. */
export type InsideAccess = { kind: 'inside'; principals: readonly string[] | 'anybody' };

/** Open routes may be called by nobody in particular; all others by somebody. */
type ContextOf<D> = D extends { access: { kind: 'open' } } ? CurrentUserContext | AnonymousContext : CurrentUserContext;

export interface RouteRequest<D extends RouteDefinition = RouteDefinition> {
  context: ContextOf<D>;
  params: ParamsOf<D>;
  query: QueryOf<D>;
  body: BodyOf<D>;
  /** Derived from the idempotency key, its account, user and route; a fresh UUIDv7 when none was sent. */
  commandId: string;
  /** Keyed hash of the body; undefined without an idempotency key. Of an upload, `receiveFile` sets it. */
  commandHash?: string;
  /** Makes the `commandHash` of what a body turned out to hold; undefined without an idempotency key. */
  hashOf?: (content: unknown) => string;
  /** Revision from `If-Match`. */
  ifMatch?: bigint;
  /** From `x-min-position`; already waited for by the time the handler runs. */
  minPosition: PositionToken[];
  /** RFC 3339. */
  now: string;
  /** For bodies that are streams. */
  raw: Request;
  /** To notice that the client went away. Answers go through the reply. */
  res: Response;
}

export interface Reply {
  status: number;
  body?: unknown;
  /** Becomes `ETag`. */
  revision?: bigint | null;
  /** Revision of something else that the answer is made of: a second part of `ETag`. */
  besides?: bigint | null;
  /** Becomes `x-position`. */
  tokens?: readonly PositionToken[];
  /** Becomes `Idempotency-Replayed: true`. */
  replayed?: boolean;
  headers?: Readonly<Record<string, string>>;
  /** Writes bytes or events after the head was sent; the response is ended when it resolves. */
  stream?: (res: Response) => Promise<void>;
}

/** A route with its handler, as `createApp` takes it. */
export interface MountedRoute {
  id: string;
  method: Method;
  path: string;
  access: Access | InsideAccess;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  responses?: RouteDefinition['responses'];
  ifMatch?: 'optional' | 'required';
  reauthenticated?: true;
  inNoAccount?: true;
  bodyLimit: number;
  run(request: RouteRequest): Promise<Reply>;
}

/**
 * Joins a declared route to what it does.
 * @throws Error at start when its schemas would let unknown fields pass
 */
export function mount<D extends RouteDefinition>(
  route: Route<D>,
  handler: (request: RouteRequest<D>) => Promise<Reply>,
): MountedRoute {
  const { method, path, access, responses, ifMatch, reauthenticated, inNoAccount, ...schemas } = route.definition;
  return {
    id: route.id,
    method,
    path: basePath + path,
    access,
    params: schemas.params,
    query: schemas.query?.strict(),
    body: schemas.body && requireStrict(route.id, schemas.body),
    responses,
    ifMatch,
    reauthenticated,
    inNoAccount,
    bodyLimit: bodyLimitOf(route.definition),
    // The shell hands over exactly what this route's schemas gave, which the type of the list cannot say.
    run: handler,
  };
}

export interface InsideRoute<P extends z.ZodObject, Q extends z.ZodObject, B extends z.ZodType> {
  method: Method;
  /** Whole path, as in `/internal/contexts`. */
  path: `/internal/${string}`;
  /** Principals that may call, as in `['gateway', 'svc:export']`; `anybody` needs no context at all. */
  principals: readonly string[] | 'anybody';
  params?: P;
  query?: Q;
  body?: B;
  bodyLimit?: number;
}

/** What an inside handler gets; its caller is a service principal. */
export type InsideRequest<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> = Omit<
  RouteRequest,
  'context' | 'params' | 'query' | 'body'
> & {
  context: CurrentUserContext | AnonymousContext;
  params: z.output<P>;
  query: z.output<Q>;
  body: z.output<B>;
};

/** A route between our own processes. It is no part of the API: the gateway never passes `/internal` on. */
export function mountInside<
  P extends z.ZodObject = z.ZodObject,
  Q extends z.ZodObject = z.ZodObject,
  B extends z.ZodType = z.ZodUndefined,
>(route: InsideRoute<P, Q, B>, handler: (request: InsideRequest<P, Q, B>) => Promise<Reply>): MountedRoute {
  const { method, path, principals, params, query, body } = route;
  const id = `${method} ${path}`;
  return {
    id,
    method,
    path,
    access: { kind: 'inside', principals },
    params,
    query: query?.strict(),
    body: body && requireStrict(id, body),
    bodyLimit: bodyLimitOf(route),
    run: handler as unknown as MountedRoute['run'],
  };
}
