import { ObjectNotFound, type Objects } from '@annals/objects';
import { mountInside, type MountedRoute } from '@annals/service';
import sharp from 'sharp';
import { ownerOf } from '../owner.js';
import { seenProfile, type SeeingParts } from '../privacy/seen-profile.js';
import { avatarUnknown } from './served-picture.js';
import { getPicture } from './stored-avatar.js';

const principals = ['svc:export'];

/**
 * GET /internal/avatar: the picture of the person of the context as JPEG, for what reads nothing newer, as PDF does. It is
 * made of one of our own making, so nothing of what was uploaded is read here.
 */
export const takeOwnAvatar = (parts: SeeingParts & { objects: Objects }): MountedRoute =>
  mountInside({ method: 'GET', path: '/internal/avatar', principals }, async ({ context, minPosition }) => {
    if (context.kind === 'anonymous') throw avatarUnknown();
    const owner = ownerOf(context);
    const seen = await seenProfile(parts, 'self', owner, minPosition);
    if (!seen?.profile.avatar) throw avatarUnknown();
    const picture = { avatar_id: seen.profile.avatar.id, size: 1024, format: 'webp' } as const;
    const kept = await getPicture(parts.objects, owner, picture).catch((error: unknown) => {
      throw error instanceof ObjectNotFound ? avatarUnknown() : error;
    });
    const bytes = await sharp(kept).flatten({ background: '#ffffff' }).jpeg({ quality: 85 }).toBuffer();
    const headers = { 'content-type': 'image/jpeg', 'content-length': String(bytes.length) };
    return { status: 200, headers, stream: async (res) => void res.write(bytes) };
  });
