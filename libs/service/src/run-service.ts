import type { Service } from '@annals/contracts';
import type { Express } from 'express';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectWithBackoff } from './connect.js';
import { createWaitingApp, lifecycleOf } from './http/create-app.js';
import type { Logger } from './log.js';
import { startMetricsServer } from './metrics-server.js';

/** Given to `start`: waits for stores, and shows in `/readyz` which are still awaited. */
export interface Boot {
  connect<T>(dependency: string, connect: () => Promise<T>): Promise<T>;
}

export type Close = () => Promise<void>;

export interface Started {
  app: Express;
  /** Called in this order after the last request: stop consumers and projections, then close stores. */
  close?: readonly Close[];
}

export interface RunOptions {
  service: Service;
  logger: Logger;
  /** 0 for any free port. */
  port: number;
  host?: string;
  metricsPort?: number;
  /** The finished app, or how to get it; meanwhile the port answers 503 and `/readyz` says what is awaited. */
  start: (boot: Boot) => Promise<Started>;
  /** Closed last, whatever happened: telemetry, log. */
  flush?: Close;
  /** How long running requests may take to finish, in milliseconds; 25,000 unless said. */
  drainMs?: number;
  /** How long to keep serving after `/readyz` said no, so that whoever sends work notices; none unless said. */
  noticeMs?: number;
  /** Longest time to receive a request; 30,000 unless said. Uploads need more. */
  requestTimeoutMs?: number;
  /** For tests; ends the process unless said. */
  exit?: (code: number) => void;
}

export interface Running {
  port: number;
  /** Resolves when `start` did. */
  ready: Promise<void>;
  /** What SIGTERM does, without ending the process. */
  stop(): Promise<void>;
}

/**
 * Listens, waits for the stores, serves, and ends well on SIGTERM and SIGINT: not ready, drain, close, flush, exit 0.
 * A port that is taken and a failure of `start` end the process with 1 and one clear line.
 */
export async function runService(options: RunOptions): Promise<Running> {
  const { service, logger, host = '127.0.0.1', exit = (code: number) => process.exit(code) } = options;
  const awaited = new Set<string>();
  const abort = new AbortController();
  let app = createWaitingApp(service, () => [...awaited]);
  let started: Started | undefined;
  let stopping: Promise<void> | undefined;

  const server = createServer((req, res) => void app(req, res));
  server.requestTimeout = options.requestTimeoutMs ?? 30_000;
  server.headersTimeout = 10_000;
  // Longer than the gateway keeps idle connections, so that it is never the service that closes one in use.
  server.keepAliveTimeout = 75_000;
  const port = await listen(server, options.port, host, service).catch((error: Error) => {
    process.stderr.write(`${error.message}\n`);
    exit(1);
    throw error;
  });
  const metricsServer =
    options.metricsPort === undefined ? undefined : await startMetricsServer({ host, port: options.metricsPort });
  logger.info({ port, host, state: 'starting' }, 'listening');

  const boot: Boot = {
    async connect(dependency, connect) {
      awaited.add(dependency);
      const connected = await connectWithBackoff(dependency, connect, { logger, signal: abort.signal });
      awaited.delete(dependency);
      return connected;
    },
  };
  const ready = begin();
  const onSignal = (signal: NodeJS.Signals) => {
    logger.info({ signal }, 'stopping');
    stop().then(
      () => exit(0),
      (error: unknown) => {
        logger.error({ error }, 'did not stop cleanly');
        exit(1);
      },
    );
  };
  process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  return { port, ready, stop };

  async function begin(): Promise<void> {
    try {
      started = await options.start(boot);
      if (stopping) return;
      app = started.app;
      logger.info({ port, state: 'ready' }, 'ready');
    } catch (error) {
      if (stopping) return;
      logger.error({ error }, 'could not start');
      await stop().catch((cause: unknown) => logger.error({ error: cause }, 'did not stop cleanly'));
      exit(1);
    }
  }

  function stop(): Promise<void> {
    return (stopping ??= shutDown());
  }

  async function shutDown(): Promise<void> {
    process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
    abort.abort(new Error('the process is stopping'));
    const lifecycle = lifecycleOf(app);
    lifecycle.state = 'draining';
    if (options.noticeMs) await new Promise((resolve) => setTimeout(resolve, options.noticeMs));
    // They would never end by themselves; their clients reconnect and go on from the last event they got.
    for (const stream of lifecycle.eventStreams) stream.destroy();
    await drain(server, options.drainMs ?? 25_000);
    const failures: unknown[] = [];
    for (const close of [...(started?.close ?? []), metricsServer?.close, options.flush]) {
      await close?.().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some parts could not be closed');
  }
}

function listen(server: Server, port: number, host: string, service: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(taken ? new Error(`${service}: port ${port} on ${host} is taken`, { cause: error }) : error);
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** How often a drain looks for connections that have become idle. */
const tidyMs = 50;

/** Lets running requests finish and takes no new ones; what is still open at the end of `ms` is cut. */
function drain(server: Server, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), ms);
    // Again and again: an answer whose head was out before the drain leaves its connection open when it has ended.
    const tidy = setInterval(() => server.closeIdleConnections(), tidyMs);
    server.close(() => {
      clearTimeout(cut);
      clearInterval(tidy);
      resolve();
    });
  });
}
