import { buffer } from 'node:stream/consumers';
import { type Avatar, type AvatarEvent, uploadAvatarRoute as route } from '@annals/contracts';
import { type MountedRoute, mount, receiveFile, written } from '@annals/service';
import { type Owner, ownerOf } from '../owner.js';
import type { ProfileState } from '../profile/profile.js';
import type { AvatarLinks } from './avatar-links.js';
import { type AvatarParts, changeAvatar } from './change-avatar.js';
import { busy, type PictureCleaner } from './picture/picture-cleaner.js';
import { putPictures } from './stored-avatar.js';

export interface UploadAvatar extends Owner {
  avatar_id: string;
  now: string;
}

/** The same picture again changes nothing. */
export function decideUploadAvatar(command: UploadAvatar, { avatar }: ProfileState): AvatarEvent[] {
  const { now, ...data } = command;
  return avatar === data.avatar_id ? [] : [{ type: 'AvatarChanged', data: { ...data, updated_at: now } }];
}

/** Uploads being received at once: each may fill 5 MB of memory, as slowly as it likes. */
const mostReceived = 32;

/** POST /users/profile/avatar. What is kept is made by us; nothing of the file itself is. */
export function uploadAvatar(
  parts: AvatarParts & { pictures: PictureCleaner; avatarLinks: AvatarLinks },
): MountedRoute {
  let receiving = 0;
  return mount(route, async (request) => {
    const owner = ownerOf(request.context);
    if (receiving >= mostReceived) throw busy();
    receiving += 1;
    const sent = await receiveFile(request, route.definition.upload, async (file, { declaredType }) => ({
      declaredType,
      content: await buffer(file),
    })).finally(() => (receiving -= 1));
    const cleaned = await parts.pictures.clean(sent.content, sent.declaredType);
    const command = { avatar_id: cleaned.id, now: request.now };
    const outcome = await changeAvatar(
      parts,
      request,
      (whose, state) => decideUploadAvatar({ ...whose, ...command }, state),
      (whose) => putPictures(parts.objects, whose, cleaned),
    );
    return written(outcome, (): Avatar => parts.avatarLinks.linksFor('self', owner, cleaned.id));
  });
}
