import type { Access, Conduct, ConductFact, IdentityContext } from '@annals/contracts';
import { basePath } from '@annals/service';
import type { Exchange } from '../edge/exchange.js';
import { newRequestId } from '../edge/request-id.js';
import type { Destination } from '../forward/destination.js';

/** Codes of refusals for want of a role or permission that the contract names. */
const ofAccess = new Set(['role-required', 'permission-required', 'any-permission-required']);

/** A request whose caller is known, and the route it asks for. */
export interface Asked {
  exchange: Exchange;
  destination: Destination;
  by: IdentityContext;
}

/** Who asked for what. The route is the contract's, never a path that somebody made up. */
export function askedOf({ destination, by }: Asked) {
  const { account_id, user_id, principal } = by;
  const { method, path, id } = destination;
  return { account_id, user_id, principal, method, route: path.slice(basePath.length), operation: id };
}

/** What a request came to, for the log. */
export function conductOf({ exchange, by }: Asked, fact: ConductFact): Conduct {
  const { kind, session_id, temporary_roles, elevation_id } = by;
  return {
    id: newRequestId(exchange.startedAt),
    fact,
    by: { kind, session_id, temporary_roles, elevation_id },
    request: { ...exchange.ids, timestamp: new Date(exchange.startedAt).toISOString() },
  };
}

/** Who did it, and in which account. */
export function whoDid({ fact: { data } }: Conduct): string {
  return `${data.account_id} ${data.user_id ?? data.principal}`;
}

/** Statuses of commands that were understood to be wrong. 401 has no known caller; 429 and failures of ours say nothing. */
const rejections = new Set([400, 404, 409, 410, 412, 413, 415, 422, 428]);

/** Whether a request with such an answer has to stand in the log as refused: access always, the rest of commands. */
export const isRefusal = (destination: Destination, status: number): boolean =>
  status === 403 || (destination.changes && rejections.has(status));

/** That somebody was refused. @param code of the problem they are answered with */
export function refusedConduct(asked: Asked, status: number, code: string): Conduct {
  const shared = { ...askedOf(asked), code, times: 1 };
  if (status !== 403) return conductOf(asked, { type: 'CommandRejected', data: { ...shared, status } });
  const required = ofAccess.has(code) ? requiredBy(asked.destination.access) : null;
  return conductOf(asked, { type: 'AccessDenied', data: { ...shared, required } });
}

/** That a command was carried out and changed nothing. */
export const emptyConduct = (asked: Asked, status: number): Conduct =>
  conductOf(asked, { type: 'CommandChangedNothing', data: { ...askedOf(asked), status, times: 1 } });

/** The role or permission a route asks for. */
function requiredBy(access: Access): string | null {
  switch (access.kind) {
    case 'role':
      return access.min;
    case 'permission':
      return access.permission;
    case 'any_permission':
      return access.permissions.join(' or ');
    case 'all_permissions':
      return access.permissions.join(' and ');
    default:
      return null;
  }
}
