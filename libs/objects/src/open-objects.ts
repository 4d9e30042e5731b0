import { mkdir } from 'node:fs/promises';
import { asUnavailable } from './content.js';
import { folderObjects } from './folder-objects.js';
import type { Objects } from './objects.js';
import type { ObjectsPlace } from './objects-url.js';
import { makeBucket } from './s3-bucket.js';
import { s3Objects } from './s3-objects.js';

/** How long a put may go on before it counts as what a crash has left, in milliseconds: a day. */
const longestPut = 86_400_000;

/** The objects that are kept in a place. Asks nothing of the store yet: `ping` says whether it is there. */
export function openObjects(place: ObjectsPlace): Objects {
  return place.kind === 'folder' ? folderObjects(place.folder) : s3Objects(place);
}

/**
 * The same for a service that starts: the store is there, and what puts of a crash have left is cleared away. A folder
 * is made, a bucket is not.
 * @throws Problem 503 `object-store-unavailable`
 */
export async function startObjects(place: ObjectsPlace): Promise<Objects> {
  if (place.kind === 'folder') await provisionObjects(place);
  const objects = openObjects(place);
  try {
    await objects.ping();
    await objects.removeUnfinished(new Date(Date.now() - longestPut));
    return objects;
  } catch (error) {
    objects.close();
    throw error;
  }
}

/** Makes the folder or the bucket where there is none, for whoever sets an installation up. Safe to repeat. */
export async function provisionObjects(place: ObjectsPlace): Promise<void> {
  if (place.kind === 's3') await makeBucket(place);
  else await mkdir(place.folder, { recursive: true, mode: 0o700 }).catch(asUnavailable);
}
