import type { ContextReader } from '@annals/auth';
import { headers } from '@annals/contracts';
import {
  asProblem,
  basePath,
  createApp,
  createMetrics,
  newTraceId,
  problemBody,
  securityHeaders,
  type Express,
  type Logger,
} from '@annals/service';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import { sendPage, type Page } from '../documentation/page.js';
import type { AskPreferences } from '../inside/ask-preferences.js';
import type { PublishedDocument } from '../keys/well-known.js';
import { getMyContext } from './my-context.js';
import { newRequestId } from './request-id.js';

export interface OwnAnswersOptions {
  pages: ReadonlyMap<string, Page>;
  /** Documents of identity by the path where they stand outside. */
  published: ReadonlyMap<string, PublishedDocument>;
  contextReader: ContextReader;
  askPreferences: AskPreferences;
  readiness: Readonly<Record<string, () => Promise<void>>>;
  logger: Logger;
  version: { version: string; commit: string };
}

export interface OwnAnswers {
  app: Express;
  /** @param app what the app itself does with a request */
  listenerFor: (app: RequestListener) => RequestListener;
  isOwn: (url: string) => boolean;
}

const healthPaths = ['/health', '/livez', '/readyz', '/version'];

/** What the gateway answers itself: its pages, the public keys, health, and the context of whoever asks. */
export function ownAnswers(options: OwnAnswersOptions): OwnAnswers {
  const { pages, published } = options;
  const app = createApp({
    service: 'gateway',
    routes: [getMyContext(options.askPreferences)],
    contextReader: options.contextReader,
    readiness: options.readiness,
    logger: options.logger,
    // It hashes bodies of commands, and the gateway has none.
    commandKey: randomBytes(32),
    version: options.version,
    // The edge counts every request already, these among them.
    metrics: createMetrics(),
  });
  const open = new Set([...published.keys(), ...healthPaths, ...healthPaths.map((path) => basePath + path)]);
  return {
    app,
    isOwn: (url) => pages.has(pathOf(url)) || open.has(pathOf(url)),
    listenerFor: (answer) => (request, response) => {
      const path = pathOf(request.url ?? '/');
      const page = pages.get(path);
      if (page) return sendPage(page, request, response);
      const document = published.get(path);
      if (document) return void sendDocument(document, request, response);
      answer(request, response);
    },
  };
}

function pathOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? url : url.slice(0, mark);
}

async function sendDocument(read: () => unknown, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = newRequestId(Date.now());
  const traceId = newTraceId();
  const send = (status: number, body: unknown, head: Readonly<Record<string, string>>) => {
    const text = JSON.stringify(body);
    const length = String(Buffer.byteLength(text));
    response.writeHead(status, {
      ...securityHeaders,
      [headers.requestId]: requestId,
      [headers.traceId]: traceId,
      ...head,
      'content-length': length,
    });
    response.end(request.method === 'HEAD' ? undefined : text);
  };
  try {
    const document = await read();
    send(200, document, { 'content-type': 'application/json', 'cache-control': 'public, max-age=60' });
  } catch (error) {
    const problem = asProblem(error);
    const body = problemBody(problem, { path: pathOf(request.url ?? '/'), requestId, traceId });
    send(problem.status, body, { ...problem.headers, 'content-type': 'application/problem+json' });
  }
}
