import { headers, type RequestContext } from '@annals/contracts';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * What of a client's headers travels inside. A list of what may pass, not of what may not: whatever way somebody
 * spells an internal header, it is not on it. The token is not on it either: inside there are contexts only.
 */
const passing = [
  'accept',
  'accept-language',
  'content-length',
  'content-type',
  'if-match',
  'if-none-match',
  'last-event-id',
  'prefer',
  'range',
  headers.erasureReceipt,
  headers.idempotencyKey,
  headers.minPosition,
] as const;

const MAX_AGENT = 512;

/** The request part of the context, as far as the edge knows it. */
export type EdgeRequest = Omit<RequestContext, 'timestamp'>;

/**
 * Headers of the call inside, as alternating names and values.
 * @param signed the signed identity part; null for a caller who has not signed in
 */
export function insideHeaders(received: IncomingHttpHeaders, signed: string | null, request: EdgeRequest): string[] {
  const sent = [
    headers.requestId,
    request.request_id,
    headers.correlationId,
    request.correlation_id,
    headers.causationId,
    request.causation_id,
    headers.transactionId,
    request.transaction_id,
  ];
  if (signed !== null) sent.push(headers.context, signed);
  if (request.ip_address !== null) sent.push(headers.clientAddress, request.ip_address);
  if (request.user_agent !== null) sent.push(headers.clientAgent, request.user_agent.slice(0, MAX_AGENT));
  if (request.traceparent !== null) sent.push(headers.traceparent, request.traceparent);
  for (const name of passing) {
    const value = received[name];
    // Node joins repeated headers into one text; those it keeps as a list are not among these.
    if (typeof value === 'string') sent.push(name, value);
  }
  return sent;
}
