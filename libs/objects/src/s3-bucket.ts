import { CreateBucketCommand, HeadBucketCommand } from '@aws-sdk/client-s3';
import { asUnavailable } from './content.js';
import type { S3Place } from './objects-url.js';
import { s3Client, usualLimits } from './s3-client.js';

/** Makes the bucket where there is none. @throws Problem 503 `object-store-unavailable` */
export async function makeBucket(place: S3Place): Promise<void> {
  const client = s3Client(place, usualLimits);
  const Bucket = place.bucket;
  try {
    await client.send(new HeadBucketCommand({ Bucket })).catch(async (error: unknown) => {
      if ((error as Error).name !== 'NotFound') throw error;
      await client.send(new CreateBucketCommand({ Bucket }));
    });
  } catch (error) {
    asUnavailable(error);
  } finally {
    client.destroy();
  }
}
