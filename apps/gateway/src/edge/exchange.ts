import { headers, type IdentityContext } from '@annals/contracts';
import {
  acceptedRequestId,
  beginEntry,
  formatTraceparent,
  parseTraceparent,
  securityHeaders,
  type Entry,
} from '@annals/service';
import { SpanKind } from '@opentelemetry/api';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IncomingHttpHeaders as AnsweredHeaders } from 'undici/types/header.js';
import type { Destination } from '../forward/destination.js';
import { outsideHeaders } from '../forward/answer-headers.js';
import type { EdgeRequest } from '../forward/request-headers.js';
import { newRequestId } from './request-id.js';

/** One request on its way through the edge. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly search: string;
  readonly ids: EdgeRequest;
  readonly entry: Entry;
  /** Milliseconds since the epoch, and monotonic ones. */
  readonly startedAt: number;
  readonly startedMs: number;
  /** Headers that only the edge sets, as alternating names and values; each step adds its own. */
  readonly own: string[];
  /** Template of the matched route, for metrics and spans; never a path that somebody made up. */
  route: string;
  accountId: string | null;
  userId: string | null;
  /** What the route's contract says, once it is found. */
  destination: Destination | null;
  /** Who is asking, once it is known. */
  caller: Readonly<IdentityContext> | null;
  /** The same, as it is at the time of calling. @throws Problem when they are nobody any more */
  callerNow: (() => Promise<Readonly<IdentityContext>>) | null;
}

/**
 * Begins an exchange. It is the root of a trace of ours: an outside caller's context is linked, so that it can neither
 * force sampling nor write into our traces, and its baggage is dropped.
 */
export function beginExchange(request: IncomingMessage, response: ServerResponse, address: string | null): Exchange {
  const startedAt = Date.now();
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  const made = newRequestId(startedAt);
  const given = request.headers[headers.requestId];
  const requestId = acceptedRequestId(typeof given === 'string' ? given : undefined) ?? made;
  const outside = parseTraceparent(request.headers[headers.traceparent] as string | undefined);
  const entry = beginEntry({
    name: request.method ?? 'GET',
    kind: SpanKind.SERVER,
    requestId,
    correlationId: made,
    ...(outside ? { links: [{ context: outside }] } : {}),
  });
  return {
    request,
    response,
    path: mark < 0 ? url : url.slice(0, mark),
    search: mark < 0 ? '' : url.slice(mark),
    ids: {
      request_id: requestId,
      // Never the caller's own id: two callers with the same one would share a story.
      transaction_id: made,
      correlation_id: made,
      causation_id: requestId,
      ip_address: address,
      user_agent: request.headers['user-agent'] ?? null,
      traceparent: formatTraceparent(entry.spanContext),
    },
    entry,
    startedAt,
    startedMs: performance.now(),
    own: [headers.requestId, requestId, headers.traceId, entry.scope.trace_id],
    route: '(none)',
    accountId: null,
    userId: null,
    destination: null,
    caller: null,
    callerNow: null,
  };
}

/** Head of an answer: the edge's own headers, then what a service (or the edge itself) said. */
export function answerHead(exchange: Exchange, answered: AnsweredHeaders): string[] {
  return [...exchange.own, ...outsideHeaders(answered, securityHeaders)];
}
