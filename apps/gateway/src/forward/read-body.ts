import { Problem } from '@annals/contracts';
import type { IncomingMessage } from 'node:http';
import { Transform } from 'node:stream';

/** Bodies up to this size are read whole before a service is bothered; larger ones are passed on as they come. */
const WHOLE = 1024 * 1024;
/** How long a client may take to send a body, in milliseconds. */
export interface BodyTimeouts {
  /** All of a small one, or the next bytes of a large one. */
  silenceMs: number;
  /** All of a large one. */
  wholeMs: number;
}

/** 5 MB in two minutes are 350 kbit/s, which a poor mobile connection has. */
export const bodyTimeouts: BodyTimeouts = { silenceMs: 15_000, wholeMs: 120_000 };

/**
 * The body to pass on: null without one, bytes for small ones, a counted stream where the contract allows large ones.
 * @param limit largest size in bytes, 0 where the route takes no body
 * @throws Problem 400 `body-incomplete`, 408 `body-timeout`, 413 `body-too-large`, 415 `content-encoding-unsupported`
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  timeouts: BodyTimeouts = bodyTimeouts,
): null | Promise<Buffer> | Transform {
  const { headers } = request;
  const length = headers['content-length'];
  if (headers['transfer-encoding'] === undefined && (length === undefined || length === '0')) return null;
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new Problem(415, 'content-encoding-unsupported', 'Send the body without compression');
  }
  if (Number(length ?? 0) > limit) throw bodyTooLarge(limit);
  // Its client went away while it was found out who they are: nothing more comes, nor is told.
  if (request.destroyed) throw bodyIncomplete();
  return limit <= WHOLE ? readWhole(request, limit, timeouts) : counted(request, limit, timeouts);
}

function readWhole(request: IncomingMessage, limit: number, { silenceMs }: BodyTimeouts): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => finish(bodyTimeout()), silenceMs);
    function finish(problem?: Problem): void {
      clearTimeout(timer);
      request.off('data', take).off('end', finish).off('close', cut).off('error', cut);
      if (problem) reject(problem);
      else resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size));
    }
    function take(chunk: Buffer): void {
      size += chunk.length;
      if (size > limit) {
        request.pause();
        return finish(bodyTooLarge(limit));
      }
      chunks.push(chunk);
    }
    const end = () => finish();
    const cut = () => finish(bodyIncomplete());
    request.on('data', take).on('end', end).on('close', cut).on('error', cut);
  });
}

function counted(request: IncomingMessage, limit: number, { silenceMs, wholeMs }: BodyTimeouts): Transform {
  let size = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      silence.refresh();
      if (size > limit) done(bodyTooLarge(limit));
      else done(null, chunk);
    },
  });
  const tooSlow = () => counter.destroy(bodyTimeout());
  const whole = setTimeout(tooSlow, wholeMs);
  // While the service has not taken what is there, it is not the client who is silent.
  const silence = setTimeout(() => (counter.writableNeedDrain ? silence.refresh() : tooSlow()), silenceMs);
  const stop = () => {
    clearTimeout(whole);
    clearTimeout(silence);
  };
  counter.once('finish', stop).once('close', stop);
  request.on('aborted', () => counter.destroy(bodyIncomplete()));
  return request.pipe(counter);
}

// The rest of such a body is never read, so the connection cannot be used again.
const close = { headers: { connection: 'close' } };
const bodyTooLarge = (limit: number) =>
  new Problem(413, 'body-too-large', `The body is larger than ${limit} bytes`, close);
const bodyIncomplete = () => new Problem(400, 'body-incomplete', 'The body ended early');
const bodyTimeout = () => new Problem(408, 'body-timeout', 'The body took too long to arrive', close);
