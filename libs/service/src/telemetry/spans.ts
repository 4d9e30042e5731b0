import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import { newSpanId, newTraceId, withChosenIds } from './ids.js';
import { scopeOf, withScope, type Scope } from './scope.js';
import { formatTraceparent } from './trace-parent.js';

/** Set while spans go somewhere; without it no span object is ever made. */
let recording: { tracer: Tracer; ratio: number } | undefined;

export function recordWith(tracer: Tracer | undefined, ratio: number): void {
  recording = tracer && { tracer, ratio };
}

/** Work that begins at the edge of this process: a request, a message. */
export interface Entry {
  context: Context;
  scope: Scope;
  spanContext: SpanContext;
  /** Undefined when this entry is not sampled. */
  span: Span | undefined;
  parent: SpanContext | undefined;
}

export interface EntryOptions {
  name: string;
  kind: SpanKind;
  parent?: SpanContext;
  requestId: string;
  correlationId: string;
  links?: Link[];
}

/**
 * Begins work at the edge. Whether it is sampled is decided from the parent's flag, else from the new trace id, before
 * any span object exists.
 */
export function beginEntry(options: EntryOptions): Entry {
  const { name, kind, parent, links } = options;
  const traceId = parent?.traceId ?? newTraceId();
  const spanId = newSpanId();
  const scope: Scope = {
    request_id: options.requestId,
    correlation_id: options.correlationId,
    trace_id: traceId,
    span_id: spanId,
  };
  const sampled =
    recording !== undefined &&
    (parent ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0 : isChosen(traceId, recording.ratio));
  const base = withScope(ROOT_CONTEXT, scope);
  if (!sampled) {
    const spanContext = { traceId, spanId, traceFlags: TraceFlags.NONE };
    return { context: trace.setSpanContext(base, spanContext), scope, spanContext, span: undefined, parent };
  }
  const { tracer } = recording!;
  const under = parent ? trace.setSpanContext(base, parent) : base;
  const span = withChosenIds({ traceId, spanId }, () => tracer.startSpan(name, { kind, links }, under));
  return { context: trace.setSpan(base, span), scope, spanContext: span.spanContext(), span, parent };
}

/** Records an entry that was not sampled after all, because it failed or was slow. Its inner spans stay unrecorded. */
export function recordLate(entry: Entry, name: string, kind: SpanKind, startedAt: number): Span | undefined {
  if (!recording || entry.span) return entry.span;
  const { tracer } = recording;
  const base = withScope(ROOT_CONTEXT, entry.scope);
  const parent = entry.parent && { ...entry.parent, traceFlags: TraceFlags.SAMPLED };
  const under = parent ? trace.setSpanContext(base, parent) : base;
  return withChosenIds(entry.spanContext, () => tracer.startSpan(name, { kind, startTime: startedAt }, under));
}

/** The top 53 bits of the id's random half as a number in [0, 1), so every process decides alike. */
function isChosen(traceId: string, ratio: number): boolean {
  return ratio >= 1 || (ratio > 0 && Number.parseInt(traceId.slice(16, 29), 16) / 2 ** 52 < ratio);
}

export interface SpanOptions {
  kind?: SpanKind;
  links?: Link[];
}

/**
 * Runs `fn` inside a span when the work around it is sampled, else just runs it. An error marks the span and passes on.
 */
export async function withSpan<T>(
  name: string,
  attributes: Attributes,
  fn: (span: Span | undefined) => Promise<T>,
  options: SpanOptions = {},
): Promise<T> {
  const active = context.active();
  const around = trace.getSpanContext(active);
  if (!recording || !around || (around.traceFlags & TraceFlags.SAMPLED) === 0) return fn(undefined);
  const { kind = SpanKind.INTERNAL, links } = options;
  const span = recording.tracer.startSpan(name, { kind, attributes, links }, active);
  try {
    return await context.with(trace.setSpan(active, span), () => fn(span));
  } catch (error) {
    markFailed(span, error);
    throw error;
  } finally {
    span.end();
  }
}

/** Marks a span as failed by the kind of error; messages may hold values and stay in the log. */
export function markFailed(span: Span, error: unknown): void {
  const { name, code } = error as { name?: string; code?: unknown };
  const kind = typeof code === 'string' ? code : (name ?? 'unknown');
  span.setStatus({ code: SpanStatusCode.ERROR, message: kind });
  span.setAttribute('error.type', kind);
}

/** `traceparent` of the work that is running, for messages, events and calls that it causes. */
export function currentTraceparent(): string | undefined {
  const span = trace.getSpanContext(context.active());
  return span && formatTraceparent(span);
}

/** Attributes that every span carries. */
export function scopeAttributes(from: Context): Attributes {
  const scope = scopeOf(from);
  if (!scope) return {};
  return {
    'app.request_id': scope.request_id,
    'app.correlation_id': scope.correlation_id,
    ...(scope.account_id && { 'account.id': scope.account_id }),
  };
}
