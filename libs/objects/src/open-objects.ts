import { mkdir } from 'node:fs/promises';
import { folderObjects } from './folder-objects.js';
import type { Objects } from './objects.js';
import type { ObjectsPlace } from './objects-url.js';
import { makeBucket } from './s3-bucket.js';
import { s3Objects } from './s3-objects.js';

/** The objects that are kept in a place. Asks nothing of the store yet: `ping` says whether it is there. */
export function openObjects(place: ObjectsPlace): Objects {
  return place.kind === 'folder' ? folderObjects(place.folder) : s3Objects(place);
}

/** Makes the folder or the bucket where there is none, for whoever sets an installation up. Safe to repeat. */
export async function provisionObjects(place: ObjectsPlace): Promise<void> {
  if (place.kind === 's3') await makeBucket(place);
  else await mkdir(place.folder, { recursive: true, mode: 0o700 });
}
