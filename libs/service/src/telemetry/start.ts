import { trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, TracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace';
import { processMetrics, type Metrics } from '../metrics.js';
import { installContextManager } from './context-manager.js';
import { idGenerator } from './ids.js';
import { createSpanFile } from './span-file.js';
import { createSpanQueue } from './span-queue.js';
import { recordWith } from './spans.js';

export interface TelemetryOptions {
  service: string;
  /** Base URL of an OTLP/HTTP collector, as in OTEL_EXPORTER_OTLP_ENDPOINT. */
  otlpEndpoint?: string;
  /** Folder for local spans. */
  traceDir?: string;
  /** Share of requests that are traced, 1 unless said. Failed and slow ones are always kept. */
  ratio?: number;
  metrics?: Metrics;
}

export interface Telemetry {
  flush(): Promise<void>;
  /** Writes what waits and stops recording. */
  stop(): Promise<void>;
}

/** Starts recording spans; without collector and folder it records none and costs nothing. */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  const { service, otlpEndpoint, traceDir, ratio = 1, metrics = processMetrics } = options;
  installContextManager();
  const exporters: SpanExporter[] = [
    ...(otlpEndpoint ? [collectorAt(otlpEndpoint)] : []),
    ...(traceDir ? [createSpanFile({ directory: traceDir, service })] : []),
  ];
  if (exporters.length === 0) return { flush: () => Promise.resolve(), stop: () => Promise.resolve() };
  const dropped = metrics.counter('annals_spans_dropped_total', 'Spans lost before they were exported', ['reason']);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    // Every span object that is made is kept: the decision fell before it was made.
    sampler: new AlwaysOnSampler(),
    idGenerator,
    spanProcessors: exporters.map((exporter) =>
      createSpanQueue({ exporter, onDropped: (count, reason) => dropped.add(count, { reason }) }),
    ),
  });
  trace.setGlobalTracerProvider(provider);
  recordWith(provider.getTracer('annals'), ratio);
  return {
    flush: () => provider.forceFlush(),
    async stop() {
      recordWith(undefined, 0);
      trace.disable();
      await provider.shutdown();
    },
  };
}

/** The exporter tries again by itself within this time; a process that stops does not wait longer for a dead collector. */
const collectorTimeout = 3000;

const collectorAt = (endpoint: string) =>
  new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces`, timeoutMillis: collectorTimeout });
