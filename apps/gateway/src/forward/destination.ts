import { type Access, bodyLimitOf, type Discloses, type Method, type Route, type Service } from '@annals/contracts';
import { basePath, createRouteTable, type RouteTable } from '@annals/service';
import type { z } from 'zod';

/** Where requests of one route go, with what the edge needs of its contract at hand. */
export interface Destination {
  /** Id of the operation. */
  id: string;
  method: Method;
  /** Whole path template. */
  path: string;
  params?: z.ZodObject;
  owner: Service;
  open: boolean;
  /** Open, but somebody who sends a token is known by it. */
  knowsCaller: boolean;
  /** Who may call. */
  access: Access;
  /** It is a command: not a GET, nor anything else that only reads. */
  changes: boolean;
  /** Without effect it leaves no entry. */
  quiet: boolean;
  /** Whose personal data its answer holds; null for the caller's own and for none. */
  discloses: Discloses | null;
  /** Largest body in bytes; 0 where the contract has none. */
  bodyLimit: number;
  /** Whether it may answer with bytes or events that take long. */
  streams: boolean;
  /** Answers that hold tokens are not compressed: their length would tell about them (BREACH). */
  secret: boolean;
  /** Parameter that names the account to work in, when the path does. */
  accountParameter: string | null;
}

/** The routing table of the edge, made of the contracts alone: what they do not declare does not exist. */
export function destinations(routes: readonly Route[]): RouteTable<Destination> {
  return createRouteTable(routes.map(destinationOf));
}

function destinationOf({ id, definition }: Route): Destination {
  const { method, path, params, owner, access, responses } = definition;
  return {
    id,
    method,
    path: basePath + path,
    params,
    owner,
    open: access.kind === 'open',
    knowsCaller: access.kind === 'open' && access.knows_caller === true,
    access,
    changes: method !== 'GET' && !definition.reads,
    quiet: definition.quiet === true,
    discloses: definition.discloses ?? null,
    bodyLimit: method === 'GET' ? 0 : bodyLimitOf(definition),
    streams: Object.values(responses).includes('stream'),
    secret: path.startsWith('/auth/'),
    accountParameter: access.kind === 'self' ? null : accountParameterOf(path),
  };
}

/**
 * `/accounts/{id}/…` works in that account; elsewhere a parameter says so by its name. What concerns a person alone works
 * in none that its path names: that account may be closed.
 */
function accountParameterOf(path: string): string | null {
  return /^\/accounts\/\{(\w+)\}/.exec(path)?.[1] ?? (path.includes('{account_id}') ? 'account_id' : null);
}
