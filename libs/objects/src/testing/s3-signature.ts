import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** A request as it arrived. */
export interface SignedRequest {
  method: string;
  /** Path and query as they were sent. */
  target: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface S3Keys {
  accessKey: string;
  secret: string;
  region: string;
}

export interface Refusal {
  status: number;
  code: string;
}

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const inOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Checks a request's AWS Signature Version 4 in its headers, written from AWS's description and without its SDK
 * (docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html). Returns what is wrong with it.
 */
export function signatureFault(request: SignedRequest, keys: S3Keys, now = new Date()): Refusal | undefined {
  const shape =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const found = shape.exec(request.headers.authorization ?? '');
  if (!found) return { status: 403, code: 'AccessDenied' };
  const [, accessKey, day = '', region = '', signedNames = '', signature] = found;
  if (accessKey !== keys.accessKey) return { status: 403, code: 'InvalidAccessKeyId' };
  if (region !== keys.region) return { status: 400, code: 'AuthorizationHeaderMalformed' };
  const time = headerOf(request, 'x-amz-date');
  const signed = signedNames.split(';');
  const unsigned = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-') && !signed.includes(name));
  if (!signed.includes('host') || unsigned.length > 0) return { status: 403, code: 'AccessDenied' };
  if (!time.startsWith(day) || Math.abs(dateOf(time) - now.getTime()) > 900_000) {
    return { status: 403, code: 'RequestTimeTooSkewed' };
  }
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonicalRequest(request, signed))].join('\n');
  const key = [region, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${keys.secret}`, day));
  if (hmac(key, text).toString('hex') !== signature) return { status: 403, code: 'SignatureDoesNotMatch' };
  return bodyFault(request);
}

/** `UNSIGNED-PAYLOAD` is taken, as everywhere behind TLS; `aws-chunked` is not, as in many compatible stores. */
function bodyFault(request: SignedRequest): Refusal | undefined {
  const hash = headerOf(request, 'x-amz-content-sha256');
  if (hash === '') return { status: 400, code: 'InvalidRequest' };
  if (hash.startsWith('STREAMING-')) return { status: 501, code: 'NotImplemented' };
  if (hash !== 'UNSIGNED-PAYLOAD' && hash !== sha256(request.body)) {
    return { status: 400, code: 'XAmzContentSHA256Mismatch' };
  }
  return undefined;
}

function canonicalRequest(request: SignedRequest, signed: readonly string[]): string {
  const [path = '', query = ''] = request.target.split('?');
  return [
    request.method,
    // S3 alone of AWS's services encodes the path once.
    path.split('/').map(encodedOnce).join('/'),
    canonicalQuery(query),
    ...signed.map((name) => `${name}:${headerOf(request, name).trim().replace(/ +/g, ' ')}`),
    '',
    signed.join(';'),
    headerOf(request, 'x-amz-content-sha256'),
  ].join('\n');
}

function canonicalQuery(query: string): string {
  if (query === '') return '';
  const pairs = query.split('&').map((pair) => {
    const [name = '', value = ''] = pair.split('=');
    return [encodedOnce(name), encodedOnce(value)] as const;
  });
  pairs.sort(([a, x], [b, y]) => inOrder(a, b) || inOrder(x, y));
  return pairs.map(([name, value]) => `${name}=${value}`).join('&');
}

/** RFC 3986: everything but letters, digits and `-._~` is encoded. */
const encodedOnce = (part: string): string =>
  encodeURIComponent(decodeURIComponent(part)).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );

const headerOf = ({ headers }: SignedRequest, name: string): string => {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : (value ?? '');
};

/** Of `20130524T000000Z`, in milliseconds. */
const dateOf = (time: string): number =>
  Date.parse(time.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/, '$1-$2-$3T$4:$5:$6Z'));
