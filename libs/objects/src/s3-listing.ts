import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListMultipartUploadsCommandOutput,
  type MultipartUpload,
  type S3Client,
} from '@aws-sdk/client-s3';
import { asUnavailable } from './content.js';

/** HTTP status that the store answered with; undefined when it did not answer. */
export const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

/** Keys of all objects that begin with a prefix, page by page. */
export async function* allKeys(client: S3Client, Bucket: string, Prefix: string): AsyncGenerator<string> {
  let ContinuationToken: string | undefined;
  do {
    const page = await client
      .send(new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken }))
      .catch(asUnavailable);
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
    ContinuationToken = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (ContinuationToken !== undefined);
}

/** Ends uploads in parts that nobody has completed, and with them the parts. */
export async function abortUploads(
  client: S3Client,
  Bucket: string,
  which: { prefix: string; before?: Date },
): Promise<void> {
  for await (const { Key, UploadId, Initiated } of unfinishedUploads(client, Bucket, which.prefix || undefined)) {
    if (which.before && !(Initiated && Initiated < which.before)) continue;
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch((error: unknown) => {
      if (statusOf(error) !== 404) throw error;
    });
  }
}

async function* unfinishedUploads(client: S3Client, Bucket: string, Prefix?: string): AsyncGenerator<MultipartUpload> {
  let marker: { KeyMarker?: string; UploadIdMarker?: string } = {};
  let page: ListMultipartUploadsCommandOutput | undefined;
  do {
    page = await client
      .send(new ListMultipartUploadsCommand({ Bucket, Prefix, ...marker }))
      .catch((error: unknown): undefined => {
        // A store that cannot list them (`NotImplemented`) clears them away by a rule of its own.
        if (statusOf(error) !== 501) throw error;
      });
    yield* page?.Uploads ?? [];
    marker = { KeyMarker: page?.NextKeyMarker, UploadIdMarker: page?.NextUploadIdMarker };
  } while (page?.IsTruncated && marker.KeyMarker !== undefined);
}
