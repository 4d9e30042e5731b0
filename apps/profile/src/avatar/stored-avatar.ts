import type { AvatarFormat, AvatarSize } from '@annals/contracts';
import type { Objects } from '@annals/objects';
import type { Owner } from '../owner.js';
import type { CleanedPictures } from './picture/clean-picture.js';

/** Where a person's pictures lie. */
export const picturesOf = ({ account_id, user_id }: Owner): string => `avatars/${account_id}/${user_id}`;

/** Where a picture lies. */
export const pictureName = (owner: Owner, avatarId: string, size: number, format: AvatarFormat): string =>
  `${picturesOf(owner)}/${avatarId}-${size}.${format}`;

/** Puts a picture in place in every size. */
export async function putPictures(objects: Objects, owner: Owner, { id, pictures }: CleanedPictures): Promise<void> {
  await Promise.all(
    pictures.map(({ size, format, bytes }) => objects.put(pictureName(owner, id, size, format), Buffer.from(bytes))),
  );
}

/** @throws ObjectNotFound */
export const getPicture = (
  objects: Objects,
  owner: Owner,
  { avatar_id, size, format }: { avatar_id: string; size: AvatarSize; format: AvatarFormat },
): Promise<Buffer> => objects.get(pictureName(owner, avatar_id, size, format));

/** Removes every picture of a person but one, or all; whatever has left it behind. */
export async function keepOnly(objects: Objects, owner: Owner, avatarId: string | null): Promise<void> {
  if (avatarId === null) return objects.removeAll(picturesOf(owner));
  const kept = `${picturesOf(owner)}/${avatarId}-`;
  for await (const name of objects.list(picturesOf(owner))) if (!name.startsWith(kept)) await objects.remove(name);
}
