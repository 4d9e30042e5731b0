import { z } from 'zod';
import type { Permission, RankedRole, BuiltInRole } from './permissions.js';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Service = 'identity' | 'profile' | 'activity' | 'export' | 'gateway';

/**
 * Who may call.
 * - `open`: nobody needs to sign in; with `knows_caller` somebody who sends a token is known, and refused when it does not count.
 * - `self`: a signed-in person about themselves; works in an account when one is named, and in none otherwise.
 * - `user`: a person in an account they belong to.
 * - `role`, `permission`, `any_permission`, `all_permissions`: who has them in the account.
 * - `super_admin`: a super admin, for the whole house; inside an elevation for its account alone.
 *
 * `or_self` names the path parameter that is the person asked about: who asks about themselves needs no right.
 */
export type Access =
  | { kind: 'open'; knows_caller?: true }
  | { kind: 'self' }
  | { kind: 'user' }
  | { kind: 'super_admin' }
  | { kind: 'role'; min: RankedRole; also?: readonly BuiltInRole[]; or_self?: string }
  | { kind: 'permission'; permission: Permission; or_self?: string }
  | { kind: 'any_permission' | 'all_permissions'; permissions: readonly Permission[]; or_self?: string };

export interface RouteDefinition {
  method: Method;
  /** Below `/api/v1`, with `{name}` for parameters: `/users/sessions/{session_id}`. */
  path: string;
  owner: Service;
  summary: string;
  tag: string;
  access: Access;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Body schema by success status; `null` for an empty body, `stream` for bytes or Server-Sent Events. */
  responses: Readonly<Record<number, z.ZodType | null | 'stream'>>;
  /** `optional`: honoured when sent; `required`: 428 without it. */
  ifMatch?: 'optional' | 'required';
  /** Who proved who they are longer ago than `reauthenticationSeconds` gets 403 `reauthentication-required`. */
  reauthenticated?: true;
  /** Done in no account: which one its caller works in does not make a repetition, by idempotency key, another command. */
  inNoAccount?: true;
  /** Largest JSON body in bytes; 100 KB unless said. */
  bodyLimit?: number;
  /** It only reads, though its method is not GET: it is no command, and no log has an entry of it unless it is refused. */
  reads?: true;
  /**
   * Carried out without effect, it leaves no entry in the audit log: who does not consent to have their activity kept has
   * no trace of it kept there either.
   */
  quiet?: true;
  /** Whose personal data its answer holds: that somebody reads about others is recorded before they see it. */
  discloses?: Discloses;
  /** The body is a form with one file instead of JSON. */
  upload?: Upload;
}

/**
 * Whose personal data an answer holds, when it is not the caller's own.
 * - `many`: several people's, whoever they are.
 * - `{ person }`: of the person whom this path or query parameter names; who reads about themselves, or leaves the query
 *   parameter out and so means themselves, reads about nobody else.
 * - `{ thing }`: of whoever the thing is about that this path parameter names.
 */
export type Discloses = 'many' | { readonly person: string } | { readonly thing: string };

/** A form (`multipart/form-data`, RFC 7578) with exactly one file. */
export interface Upload {
  /** Name of the part that holds the file. */
  field: string;
  /** Media types that the part may declare; what it really holds is for the handler to find out. */
  types: readonly string[];
  /** Largest file in bytes. */
  maxBytes: number;
  /** Other parts, texts all of them. They come before the file; none are taken unless said. */
  fields?: z.ZodObject;
  /** Longest text of them in bytes; 4 KiB unless said. */
  maxTextBytes?: number;
}

type BodyLimits = Pick<RouteDefinition, 'upload' | 'bodyLimit'>;

const defaultBodyLimit = 100 * 1024;
/** What a form may hold besides its file, in bytes. */
const formOverhead = 64 * 1024;

/** Largest body in bytes that a route takes. */
export const bodyLimitOf = ({ upload, bodyLimit = defaultBodyLimit }: BodyLimits): number =>
  upload ? upload.maxBytes + formOverhead : bodyLimit;

/** How long a sign-in or a repeated proof counts for what a contract marks as `reauthenticated`, in seconds. */
export const reauthenticationSeconds = 600;

export interface Route<D extends RouteDefinition = RouteDefinition> {
  readonly id: string;
  readonly definition: D;
}

type Infer<S> = S extends z.ZodType ? z.output<S> : undefined;
export type ParamsOf<D extends RouteDefinition> = Infer<D['params']>;
export type QueryOf<D extends RouteDefinition> = Infer<D['query']>;
export type BodyOf<D extends RouteDefinition> = Infer<D['body']>;

/** Declares a route once; gateway routing, validation, OpenAPI, client and authorization matrix come from it. */
export function route<const D extends RouteDefinition>(id: string, definition: D): Route<D> {
  const named = [...definition.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  const declared = Object.keys(definition.params?.shape ?? {});
  if (named.length !== declared.length || named.some((name) => !declared.includes(name))) {
    throw new Error(
      `${id}: the path names ${named.join(', ') || 'nothing'}, the schema ${declared.join(', ') || 'nothing'}`,
    );
  }
  if (definition.reads && definition.method === 'GET') throw new Error(`${id}: a GET reads anyway`);
  requireNamed(id, definition);
  if (definition.body && definition.upload) throw new Error(`${id}: a body is JSON or an upload, not both`);
  return { id, definition };
}

/** What a disclosure names must exist: a misspelled parameter would leave everybody's reading unrecorded. */
function requireNamed(id: string, { discloses, params, query }: RouteDefinition): void {
  if (discloses === undefined || discloses === 'many') return;
  const known = 'person' in discloses ? { ...params?.shape, ...query?.shape } : { ...params?.shape };
  const name = 'person' in discloses ? discloses.person : discloses.thing;
  if (!(name in known)) throw new Error(`${id}: discloses what ${name} names, but has no such parameter`);
}

/** `page` and `limit` of the house's list convention. */
export const pageQuery = {
  page: z.coerce.number().int().min(1).default(1),
  limit: z.coerce.number().int().min(1).max(100).default(50),
  sort_order: z.enum(['asc', 'desc']).default('desc'),
};

export const PageMeta = z.object({
  current_page: z.number().int(),
  limit: z.number().int(),
  total_items: z.number().int(),
  total_pages: z.number().int(),
  has_previous_page: z.boolean(),
  has_next_page: z.boolean(),
});

/** `{data, meta}` of a list. */
export const pageOf = <S extends z.ZodType>(item: S) => z.object({ data: z.array(item), meta: PageMeta });

/** Builds the meta of one page. */
export function pageMeta(page: number, limit: number, totalItems: number): z.infer<typeof PageMeta> {
  const totalPages = Math.ceil(totalItems / limit);
  return {
    current_page: page,
    limit,
    total_items: totalItems,
    total_pages: totalPages,
    has_previous_page: page > 1,
    has_next_page: page < totalPages,
  };
}
