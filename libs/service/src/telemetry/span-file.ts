import { SpanKind, SpanStatusCode, type HrTime } from '@opentelemetry/api';
import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One span as a line of `<TRACE_DIR>/<service>.ndjson`. */
export interface SpanLine {
  trace_id: string;
  span_id: string;
  parent_span_id: string | null;
  service: string;
  name: string;
  kind: string;
  /** Milliseconds since the epoch, with fractions. */
  start_ms: number;
  duration_ms: number;
  status: 'ok' | 'error';
  attributes: Readonly<Record<string, unknown>>;
  links: { trace_id: string; span_id: string }[];
}

export interface SpanFileOptions {
  directory: string;
  service: string;
  /** Bytes after which the file becomes `<service>.1.ndjson`, replacing the one before; 32 MiB unless said. */
  maxBytes?: number;
}

const milliseconds = ([seconds, nanos]: HrTime) => seconds * 1000 + nanos / 1e6;

export function spanLine(span: ReadableSpan, service: string): SpanLine {
  const { traceId, spanId } = span.spanContext();
  return {
    trace_id: traceId,
    span_id: spanId,
    parent_span_id: span.parentSpanContext?.spanId ?? null,
    service,
    name: span.name,
    kind: SpanKind[span.kind].toLowerCase(),
    start_ms: milliseconds(span.startTime),
    duration_ms: milliseconds(span.duration),
    status: span.status.code === SpanStatusCode.ERROR ? 'error' : 'ok',
    attributes: span.attributes,
    links: span.links.map(({ context }) => ({ trace_id: context.traceId, span_id: context.spanId })),
  };
}

/** Keeps the newest spans of a service in two files of bounded size. */
export function createSpanFile(options: SpanFileOptions): SpanExporter {
  const { directory, service, maxBytes = 32 * 1024 * 1024 } = options;
  const file = join(directory, `${service}.ndjson`);
  let size: number | undefined;

  return {
    export(spans, done) {
      append(spans.map((span) => JSON.stringify(spanLine(span, service)) + '\n').join('')).then(
        () => done({ code: ExportResultCode.SUCCESS }),
        (error: Error) => done({ code: ExportResultCode.FAILED, error }),
      );
    },
    shutdown: () => Promise.resolve(),
  };

  async function append(text: string): Promise<void> {
    if (size === undefined) {
      await mkdir(directory, { recursive: true });
      size = (await stat(file).catch(() => ({ size: 0 }))).size;
    }
    if (size >= maxBytes) {
      await rename(file, join(directory, `${service}.1.ndjson`));
      size = 0;
    }
    await appendFile(file, text);
    size += Buffer.byteLength(text);
  }
}
