import { TraceFlags, type SpanContext } from '@opentelemetry/api';

// Version 00 as we write it; higher versions may append fields that a reader of 00 ignores (W3C Trace Context §4.3).
const traceparentText = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** The caller's span in a `traceparent` header, or undefined for a header that is missing or malformed. */
export function parseTraceparent(header: string | undefined): SpanContext | undefined {
  const match = header && header.length <= 128 ? traceparentText.exec(header) : null;
  if (!match) return undefined;
  const sampled = (Number.parseInt(match[3]!, 16) & TraceFlags.SAMPLED) !== 0;
  return {
    traceId: match[1]!,
    spanId: match[2]!,
    traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
    isRemote: true,
  };
}

export function formatTraceparent(span: SpanContext): string {
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags & TraceFlags.SAMPLED ? '01' : '00'}`;
}
