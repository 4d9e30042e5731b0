import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Readable } from 'node:stream';
import { asUnavailable, collect, takeContent } from './content.js';
import {
  checkedName,
  checkedPrefix,
  checkedRange,
  isObjectName,
  largestInMemory,
  type ByteRange,
  type Objects,
} from './objects.js';
import type { S3Place } from './objects-url.js';
import { ObjectNotFound } from './problems.js';
import { s3Client, usualLimits, type S3Limits } from './s3-client.js';
import { abortUploads, allKeys, statusOf } from './s3-listing.js';
import { forEachOf, inTime } from './waiting.js';

/** 5 MiB, the least that S3 takes as a part; 10,000 of them are the largest object: 48 GiB. */
const partBytes = 5 * 1024 * 1024;
/** Parts on their way at once; each is in memory. */
const partsAtOnce = 3;
const removalsAtOnce = 8;
const pingMs = 2_000;

/** Keeps objects in one bucket of an S3-compatible store. */
export function s3Objects(place: S3Place, limits: S3Limits = usualLimits): Objects {
  const client = s3Client(place, limits);
  const Bucket = place.bucket;

  const find = async (name: string) => {
    const Key = checkedName(name);
    try {
      const head = await client.send(new HeadObjectCommand({ Bucket, Key }));
      return { bytes: head.ContentLength ?? 0 };
    } catch (error) {
      return statusOf(error) === 404 ? undefined : asUnavailable(error);
    }
  };

  const read = (name: string, range?: ByteRange) => {
    const place = { Bucket, Key: checkedName(name) };
    return Readable.from(bytesOf(client, place, range && checkedRange(range), limits.silenceMs), { objectMode: false });
  };

  const remove = (Key: string) => client.send(new DeleteObjectCommand({ Bucket, Key }));

  return {
    put: async (name, content) => {
      const Key = checkedName(name);
      await takeContent(content, async (Body) => {
        const sizes = { partSize: partBytes, queueSize: partsAtOnce };
        await new Upload({ client, params: { Bucket, Key, Body }, ...sizes }).done();
      });
    },
    get: async (name, maxBytes = largestInMemory) => collect(name, read(name), maxBytes),
    read,
    find,
    exists: async (name) => (await find(name)) !== undefined,
    remove: async (name) => void (await remove(checkedName(name)).catch(asUnavailable)),
    async *list(prefix) {
      for await (const key of allKeys(client, Bucket, `${checkedPrefix(prefix)}/`)) if (isObjectName(key)) yield key;
    },
    removeAll: async (prefix) => {
      const below = `${checkedPrefix(prefix)}/`;
      try {
        await abortUploads(client, Bucket, { prefix: below });
        await forEachOf(allKeys(client, Bucket, below), removalsAtOnce, remove);
      } catch (error) {
        asUnavailable(error);
      }
    },
    removeUnfinished: (before) => abortUploads(client, Bucket, { prefix: '', before }).catch(asUnavailable),
    ping: async () => {
      const abortSignal = AbortSignal.timeout(pingMs);
      await client.send(new HeadBucketCommand({ Bucket }), { abortSignal }).catch(asUnavailable);
    },
    close: () => client.destroy(),
  };
}

async function* bytesOf(
  client: S3Client,
  place: { Bucket: string; Key: string },
  range: ByteRange | undefined,
  silenceMs: number,
): AsyncGenerator<Buffer> {
  let body: Readable | undefined;
  try {
    const Range = range && `bytes=${range.start}-${range.end}`;
    const { Body } = await client.send(new GetObjectCommand({ ...place, Range }));
    body = Body as Readable;
    const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Buffer, undefined>;
    for (;;) {
      const next = await inTime(chunks.next(), silenceMs, 'The store stopped in the middle of an object');
      if (next.done) return;
      yield next.value;
    }
  } catch (error) {
    // The range begins behind the end, where there is nothing (RFC 9110 §15.5.17).
    if (statusOf(error) === 416) return;
    if ((error as Error).name === 'NoSuchKey') throw new ObjectNotFound(place.Key);
    asUnavailable(error);
  } finally {
    body?.destroy();
  }
}
