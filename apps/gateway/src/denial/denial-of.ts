import type { Access, Denial, IdentityContext } from '@annals/contracts';
import { basePath } from '@annals/service';
import type { Exchange } from '../edge/exchange.js';
import { newRequestId } from '../edge/request-id.js';
import type { Destination } from '../forward/destination.js';

/** Codes of refusals for want of a role or permission that the contract names. */
const ofAccess = new Set(['role-required', 'permission-required', 'any-permission-required']);

/** What was denied to whom, for the log. The route is the contract's, never a path that somebody made up. */
export function denialOf(exchange: Exchange, destination: Destination, by: IdentityContext, code: string): Denial {
  const { account_id, user_id, principal, kind, session_id, temporary_roles, elevation_id } = by;
  return {
    id: newRequestId(exchange.startedAt),
    denied: {
      ...{ account_id, user_id, principal, code, times: 1 },
      ...{ method: destination.method, route: destination.path.slice(basePath.length), operation: destination.id },
      required: ofAccess.has(code) ? requiredBy(destination.access) : null,
    },
    by: { kind, session_id, temporary_roles, elevation_id },
    request: { ...exchange.ids, timestamp: new Date(exchange.startedAt).toISOString() },
  };
}

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
