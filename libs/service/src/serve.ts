import type { Service } from '@annals/contracts';
import { createLogger, type Logger } from './log.js';
import { runService, type Boot, type Started } from './run-service.js';
import { startTelemetry } from './telemetry/start.js';

/** The part of a configuration that every process has; `processConfig` reads it. */
export interface ProcessSettings {
  HOST: string;
  PORT: number;
  METRICS_PORT?: number;
  LOG_LEVEL: 'debug' | 'info' | 'warn' | 'error';
  OTEL_EXPORTER_OTLP_ENDPOINT?: string;
  TRACE_DIR?: string;
  TRACE_RATIO: number;
}

export interface ServeOptions {
  /** Longest time to receive a request, in milliseconds; see `runService`. */
  requestTimeoutMs?: number;
}

/**
 * Runs a service from its configuration: log, telemetry, port, start, end. What cannot start says so in one line and
 * ends the process with 1.
 */
export function serve(
  service: Service,
  config: ProcessSettings,
  start: (boot: Boot, logger: Logger) => Promise<Started>,
  options: ServeOptions = {},
): void {
  const logger = createLogger({ service, level: config.LOG_LEVEL });
  const telemetry = startTelemetry({
    service,
    otlpEndpoint: config.OTEL_EXPORTER_OTLP_ENDPOINT,
    traceDir: config.TRACE_DIR,
    ratio: config.TRACE_RATIO,
  });
  runService({
    ...{ service, logger, host: config.HOST, port: config.PORT, metricsPort: config.METRICS_PORT },
    ...options,
    flush: () => telemetry.stop(),
    start: (boot) => start(boot, logger),
  }).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : `${service} could not start`}\n`);
    process.exit(1);
  });
}
