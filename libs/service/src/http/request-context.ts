import type { ContextReader } from '@annals/auth';
import {
  headers,
  Problem,
  type AnonymousContext,
  type CurrentUserContext,
  type IdentityContext,
  type RequestContext,
} from '@annals/contracts';
import type { IncomingHttpHeaders } from 'node:http';
import type { MountedRoute } from './mount.js';

/** A header as one text; a repeated one is not ours and counts as absent. */
export function headerOf(from: IncomingHttpHeaders, name: string): string | undefined {
  const value = from[name];
  return typeof value === 'string' ? value : undefined;
}

/** The request part of the context, from the plain headers that the gateway sets. */
export function requestPart(from: IncomingHttpHeaders, requestId: string, now: string): RequestContext {
  return {
    request_id: requestId,
    transaction_id: headerOf(from, headers.transactionId) ?? requestId,
    correlation_id: headerOf(from, headers.correlationId) ?? requestId,
    causation_id: headerOf(from, headers.causationId) ?? requestId,
    ip_address: headerOf(from, headers.clientAddress) ?? null,
    user_agent: headerOf(from, headers.clientAgent) ?? null,
    traceparent: headerOf(from, headers.traceparent) ?? null,
    timestamp: now,
  };
}

/**
 * Who asks. Only a route that is open to everybody does without a context, and even there one that is sent must hold.
 * @throws Problem 401 `context-required`, `context-invalid`
 */
export async function callerOf(
  route: Pick<MountedRoute, 'access'>,
  from: IncomingHttpHeaders,
  reader: ContextReader,
): Promise<IdentityContext | undefined> {
  const header = headerOf(from, headers.context);
  if (header === undefined && isOpen(route)) return undefined;
  return reader.read(header);
}

const isOpen = ({ access }: Pick<MountedRoute, 'access'>) =>
  access.kind === 'open' || (access.kind === 'inside' && access.principals === 'anybody');

/** @throws Problem 403 `principal-required` */
export function requirePrincipal(principals: readonly string[] | 'anybody', caller: IdentityContext | undefined): void {
  if (principals === 'anybody') return;
  if (caller?.kind === 'service' && principals.includes(caller.principal ?? '')) return;
  throw new Problem(403, 'principal-required', 'This is called by other services alone');
}

/** Both parts as one; without an identity the caller is anonymous. */
export function contextOf(
  identity: IdentityContext | undefined,
  request: RequestContext,
): CurrentUserContext | AnonymousContext {
  return identity ? { ...identity, ...request } : { kind: 'anonymous', ...request };
}
