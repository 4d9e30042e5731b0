import {
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  trace,
  type Attributes,
  type Span,
  type SpanContext,
} from '@opentelemetry/api';
import { encodePosition, type StoredEvent } from '@annals/event-store';

/** Ends the spans of one batch, with the error that broke it, if any. */
export type EndSpans = (error?: unknown) => void;

/** A replay of many events names some of their traces, not all: links cost memory. */
const maxLinks = 32;

/**
 * Spans of work on events. Live: one per event, a child of the command that wrote it, so one trace reaches from the
 * request to the row. Catching up: one for the batch, linked to the commands' traces, which are long over.
 */
export function startEventSpans(name: string, events: readonly StoredEvent[], live: boolean): EndSpans {
  if (events.length === 0) return () => undefined;
  const tracer = trace.getTracer('@annals/postgres');
  const spans = live
    ? events.flatMap((event) => {
        const parent = spanContextOf(event);
        if (!parent) return [];
        const context = trace.setSpanContext(ROOT_CONTEXT, parent);
        return [tracer.startSpan(name, { attributes: attributesOf(event) }, context)];
      })
    : [
        tracer.startSpan(
          name,
          {
            attributes: { 'app.events': events.length },
            links: events.slice(0, maxLinks).flatMap((event) => {
              const context = spanContextOf(event);
              return context ? [{ context }] : [];
            }),
          },
          ROOT_CONTEXT,
        ),
      ];
  return (error) => spans.forEach((span) => endSpan(span, error));
}

function endSpan(span: Span, error: unknown): void {
  if (error !== undefined) {
    span.recordException(error instanceof Error ? error : new Error('thrown value is no Error', { cause: error }));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function attributesOf({ id, stream, position, metadata }: StoredEvent): Attributes {
  return {
    'app.event_id': id,
    'app.stream': stream,
    'app.position': encodePosition(position),
    'app.request_id': metadata.request_id,
    'app.correlation_id': metadata.$correlationId,
    ...(metadata.account_id ? { 'account.id': metadata.account_id } : {}),
  };
}

const traceparentText = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** W3C Trace Context, version 00. None for a trace that nobody records: that was decided where it began. */
function spanContextOf({ metadata }: StoredEvent): SpanContext | undefined {
  const [, traceId, spanId, flags] = traceparentText.exec(metadata.traceparent ?? '') ?? [];
  if (!traceId || !spanId || !flags) return undefined;
  const traceFlags = parseInt(flags, 16);
  return traceFlags & TraceFlags.SAMPLED ? { traceId, spanId, traceFlags, isRemote: true } : undefined;
}
