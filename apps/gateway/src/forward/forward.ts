import { Problem } from '@annals/contracts';
import type { ServerResponse } from 'node:http';
import { Readable, type Writable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { IncomingHttpHeaders } from 'undici/types/header.js';
import { bodyTimeouts } from './read-body.js';
import type { Upstream } from './upstreams.js';

export interface ForwardOptions {
  upstream: Upstream;
  streams: boolean;
  method: string;
  /** Path and query as the client sent them. */
  path: string;
  headers: string[];
  body: Buffer | Readable | null;
  response: ServerResponse;
  /**
   * Sends the head of the answer and says where its bytes go: the response itself, or a compressor in front of it.
   * The headers are the service's own.
   */
  begin(status: number, answered: IncomingHttpHeaders): Writable;
}

/** Requests on their way to one service; more are refused at once, because they would only wait. */
export const MAX_IN_FLIGHT = 2_048;

/** Until an answer to a body begins that is passed on as it comes: for sending it, and for the work on it after that. */
const UPLOAD_TIMEOUT_MS = bodyTimeouts.wholeMs + 30_000;

/** Bytes of at most this many go as text, one character each: Node then writes head and body in one piece. */
const SMALL = 16 * 1024;

/**
 * Passes a request on and its answer back, byte by byte. Resolves when the answer has been handed over; the client's
 * going away ends the work inside.
 * @throws Problem 503 `upstream-busy`, `upstream-unavailable`, `upstream-timeout` while nothing has been answered yet,
 *   `upstream-broke-off` after that; 499 `client-gone`
 */
export async function forward(options: ForwardOptions): Promise<void> {
  const { upstream, method, body } = options;
  if (upstream.inFlight >= MAX_IN_FLIGHT) throw refusal('upstream-busy', upstream, undefined);
  upstream.inFlight += 1;
  try {
    await attempt(options).catch((error: unknown) => {
      // A kept connection may be closed at the moment it is used. A read is then simply read again.
      const again = method === 'GET' && body === null && isClosedConnection(error) && !options.response.headersSent;
      if (!again || options.response.destroyed) throw error;
      return attempt(options);
    });
  } catch (error) {
    if (error instanceof Problem) throw error;
    const code = options.response.headersSent ? 'upstream-broke-off' : failureOf(error);
    throw refusal(code, upstream, error);
  } finally {
    upstream.inFlight -= 1;
  }
}

function attempt(options: ForwardOptions): Promise<void> {
  const { upstream, response, method, path, headers, body } = options;
  const uploads = body instanceof Readable;
  const pool = options.streams || uploads ? upstream.streams : upstream.calls;
  // How long a body may take is decided where it is read.
  const headersTimeout = uploads ? UPLOAD_TIMEOUT_MS : undefined;
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let sink: Writable | undefined;
    const abandon = () => controller?.abort(clientGone());
    const settle = (error?: unknown) => {
      response.off('close', abandon);
      if (error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error('the call inside failed', { cause: error }));
    };
    response.on('close', abandon);
    pool.dispatch(
      { method: method, path, headers, body, headersTimeout },
      {
        onRequestStart(started) {
          controller = started;
          if (response.destroyed) started.abort(clientGone());
        },
        onResponseStart(_controller, status, answered) {
          if (status < 200) return;
          sink = options.begin(status, answered);
          if (sink !== response) sink.once('error', (error) => controller?.abort(error));
        },
        onResponseData(running, chunk) {
          // We ended it ourselves; its closing ends the call.
          if (response.writableEnded) return;
          const ready = chunk.length <= SMALL ? sink!.write(chunk.toString('latin1'), 'latin1') : sink!.write(chunk);
          if (ready) return;
          running.pause();
          sink!.once('drain', () => running.resume());
        },
        onResponseEnd() {
          sink!.end();
          settle();
        },
        onResponseError(_controller, error) {
          // Half an answer must not look like a whole one.
          if (response.headersSent) response.destroy(error);
          settle(error);
        },
      },
    );
  });
}

/** Nobody reads this; 499 is what access logs call it, so that it counts as nobody's failure. */
const clientGone = () => new Problem(499, 'client-gone', 'The client went away');
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
}
const failureOf = (error: unknown): string =>
  /HEADERS_TIMEOUT|BODY_TIMEOUT/.test(codeOf(error)) ? 'upstream-timeout' : 'upstream-unavailable';
const isClosedConnection = (error: unknown): boolean =>
  ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));

const refusal = (code: string, upstream: Upstream, cause: unknown) =>
  new Problem(503, code, `The ${upstream.name} service cannot answer right now; try again`, {
    headers: { 'retry-after': '1' },
    cause,
  });
