import type { Problem } from '@annals/contracts';
import { markFailed, recordLate, type Logger, type Metrics } from '@annals/service';
import { SpanKind } from '@opentelemetry/api';
import type { RequestMeter } from '../timing/measure-requests.js';
import type { Exchange } from './exchange.js';

export type FinishExchange = (exchange: Exchange, problem: Problem | undefined) => void;

/** Milliseconds from which a request is traced and logged as slow. */
const SLOW_MS = 1_000;

/** Counts, times, traces and logs what happened to a request, once its answer is out or its client gone. */
export function finishExchange(metrics: Metrics, logger: Logger, meter: RequestMeter): FinishExchange {
  const duration = metrics.histogram('annals_http_request_seconds', 'Time to answer a request', [
    'method',
    'route',
    'status',
  ]);
  return (exchange, problem) => {
    const { request, response, entry, route } = exchange;
    const elapsedMs = performance.now() - exchange.startedMs;
    const method = request.method ?? 'GET';
    const status = problem?.status ?? response.statusCode;
    duration.observe(elapsedMs / 1000, { method, route, status });
    meter.note(exchange, status, elapsedMs);
    const failed = status >= 500;
    const slow = elapsedMs >= SLOW_MS;
    const name = `${method} ${route}`;
    const span = failed || slow ? recordLate(entry, name, SpanKind.SERVER, exchange.startedAt) : entry.span;
    if (span) {
      span.updateName(name);
      span.setAttributes({ 'http.route': route, 'http.request.method': method, 'http.response.status_code': status });
      if (exchange.accountId) span.setAttribute('account.id', exchange.accountId);
      if (failed && problem) markFailed(span, problem);
      span.end();
    }
    const line = () => ({
      ...entry.scope,
      account_id: exchange.accountId,
      method,
      route,
      status,
      code: problem?.code,
      duration_ms: Math.round(elapsedMs * 100) / 100,
    });
    if (failed) logger.error({ ...line(), error: problem?.cause ?? problem }, 'request failed');
    else if (slow) logger.warn(line(), 'slow request');
    else logger.debug(line(), 'request');
  };
}
