import { S3Client } from '@aws-sdk/client-s3';
import type { S3Place } from './objects-url.js';

/** How long a store may take, in milliseconds, and how often it is asked. */
export interface S3Limits {
  connectMs: number;
  /** From the first byte of a request, with its body of up to one part, to the head of the answer. */
  answerMs: number;
  /** Between two pieces of an answer's body; a reader that takes its time does not count. */
  silenceMs: number;
  attempts: number;
}

export const usualLimits: S3Limits = { connectMs: 2_000, answerMs: 10_000, silenceMs: 10_000, attempts: 3 };

/** A client of one S3-compatible store that assumes as little of it as it can. */
export function s3Client({ endpoint, region, accessKey, secret }: S3Place, limits: S3Limits): S3Client {
  return new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secret },
    // Names of buckets are parts of host names at AWS alone.
    forcePathStyle: true,
    maxAttempts: limits.attempts,
    // By default each put is sent in aws-chunked with a CRC32 behind it, which many compatible stores refuse or, worse,
    // keep as content. What is sent is covered by its SHA-256 in the signature all the same.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // By default bodies from 2 MiB on wait for `100 Continue`, on a connection of their own, up to 6 s where none comes.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: limits.connectMs,
      requestTimeout: limits.answerMs,
      // Without it a late answer is a warning on the console.
      throwOnRequestTimeout: true,
      // It would count the silence of a slow reader as the store's.
      socketTimeout: 0,
      httpAgent: { keepAlive: true, maxSockets: 50 },
      httpsAgent: { keepAlive: true, maxSockets: 50 },
    },
  });
}
