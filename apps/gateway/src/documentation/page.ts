import { securityHeaders } from '@annals/service';
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { acceptsGzip } from '../forward/compress.js';

/** A document that the gateway serves from memory. */
export interface Page {
  body: Buffer;
  /** Compressed when somebody first asks for it so. */
  gzipped: () => Buffer;
  head: Readonly<Record<string, string>>;
}

export interface PageOptions {
  type: string;
  /** Seconds for which it may be kept without asking. */
  maxAge: number;
  /** Content-Security-Policy of a document with scripts; other pages load nothing. */
  policy?: string;
}

export function page(body: string | Buffer, options: PageOptions): Page {
  const bytes = Buffer.from(body);
  let packed: Buffer | undefined;
  return {
    body: bytes,
    gzipped: () => (packed ??= gzipSync(bytes)),
    head: {
      ...securityHeaders,
      ...(options.policy ? { 'content-security-policy': options.policy } : {}),
      'content-type': options.type,
      'cache-control': `public, max-age=${options.maxAge}`,
      etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
      vary: 'Accept-Encoding',
    },
  };
}

/** Answers GET and HEAD; 304 to whoever has it already. */
export function sendPage(page: Page, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { ...securityHeaders, allow: 'GET, HEAD', 'content-length': '0' }).end();
    return;
  }
  if (request.headers['if-none-match'] === page.head.etag) {
    response.writeHead(304, page.head).end();
    return;
  }
  const gzip = acceptsGzip(request.headers['accept-encoding']);
  const body = gzip ? page.gzipped() : page.body;
  response.writeHead(200, {
    ...page.head,
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    'content-length': String(body.length),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
