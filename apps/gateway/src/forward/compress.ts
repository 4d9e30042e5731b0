import type { ServerResponse } from 'node:http';
import { pipeline, type Writable } from 'node:stream';
import { constants, createGzip } from 'node:zlib';

/** Answers from this size on are compressed for clients that can read it. */
const SMALLEST = 1_024;
const compressible =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.+-]*json|[\w.+-]*xml|javascript|x-ndjson|yaml)\b|image\/svg)/i;

/** Whether a client accepts gzip (RFC 9110 §12.5.3): named with a weight above 0, or by `*`. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  if (acceptEncoding === undefined) return false;
  let any = false;
  for (const entry of acceptEncoding.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const weight = Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1);
    if (coding === 'gzip' || coding === 'x-gzip') return weight > 0;
    if (coding === '*') any = weight > 0;
  }
  return any;
}

/** @param headers alternating lower-case names and values */
export function isWorthCompressing(status: number, headers: readonly string[]): boolean {
  if (status === 204 || status === 206 || status === 304) return false;
  const valueOf = (name: string) => {
    const index = headers.findIndex((text, at) => at % 2 === 0 && text === name);
    return index < 0 ? undefined : headers[index + 1];
  };
  const length = valueOf('content-length');
  const isLong = length === undefined || Number(length) >= SMALLEST;
  return isLong && valueOf('content-encoding') === undefined && compressible.test(valueOf('content-type') ?? '');
}

/**
 * Head of a compressed answer is sent; what is written to the result reaches the client as gzip. The entity tag stays as
 * it is: it names a revision, which a client sends back in `If-Match` whatever the coding it read.
 */
export function compressed(status: number, headers: readonly string[], response: ServerResponse): Writable {
  const sent = headers.filter((_text, index) => headers[index - (index % 2)] !== 'content-length');
  response.writeHead(status, [...sent, 'content-encoding', 'gzip']);
  const gzip = createGzip({ level: 4, memLevel: 8, strategy: constants.Z_DEFAULT_STRATEGY });
  pipeline(gzip, response, (error) => {
    // The client went away, or the service broke off; the pipeline has destroyed both ends.
    if (error) response.destroy();
  });
  return gzip;
}
