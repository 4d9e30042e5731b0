import { Problem } from '@annals/contracts';
import { ObjectNotFound, type Objects } from '@annals/objects';
import type { Reply } from '@annals/service';
import type { Picture } from './avatar-links.js';
import { getPicture } from './stored-avatar.js';

/**
 * A picture as it is answered. It is of our own making; that a browser shall never take it for anything but a picture is
 * said all the same.
 * @throws Problem 404 `avatar-unknown` when its bytes have gone meanwhile
 */
export async function servedPicture(
  objects: Objects,
  picture: Picture,
  headers: Readonly<Record<string, string>>,
): Promise<Reply> {
  const bytes = await getPicture(objects, picture, picture).catch((error: unknown) => {
    throw error instanceof ObjectNotFound ? avatarUnknown() : error;
  });
  const { avatar_id, size, format } = picture;
  return {
    status: 200,
    headers: {
      'content-type': `image/${format}`,
      'content-length': String(bytes.length),
      'content-disposition': `inline; filename="avatar-${size}.${format}"`,
      'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
      etag: `"${avatar_id}-${size}.${format}"`,
      ...headers,
    },
    stream: async (res) => void res.end(bytes),
  };
}

/** The same in every case, so that it tells none from the other. */
export const avatarUnknown = (): Problem => new Problem(404, 'avatar-unknown', 'There is no such picture');
