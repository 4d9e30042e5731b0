import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { processMetrics, type Metrics } from './metrics.js';

export interface MetricsServer {
  port: number;
  close: () => Promise<void>;
}

/** Shows `/metrics` on an inside port of its own: it is no part of the API. */
export async function startMetricsServer(options: {
  port: number;
  host: string;
  metrics?: Metrics;
}): Promise<MetricsServer> {
  const { port, host, metrics = processMetrics } = options;
  const delay = measureEventLoop(metrics);
  const server = createServer((req, res) => {
    if (req.method !== 'GET' || req.url !== '/metrics') {
      res.writeHead(404, { 'content-length': '0' }).end();
      return;
    }
    const text = metrics.text();
    res.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        delay.disable();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function measureEventLoop(metrics: Metrics): ReturnType<typeof monitorEventLoopDelay> {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  metrics.gauge('annals_event_loop_delay_seconds', 'Event-loop delay since the last scrape', ['quantile'], (gauge) => {
    for (const quantile of [50, 99]) gauge.set(delay.percentile(quantile) / 1e9, { quantile: quantile / 100 });
    delay.reset();
  });
  metrics.gauge('annals_process_resident_bytes', 'Resident memory of the process', [], (gauge) =>
    gauge.set(process.memoryUsage.rss()),
  );
  return delay;
}
