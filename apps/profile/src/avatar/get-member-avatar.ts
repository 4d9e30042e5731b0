import { type AvatarFormat, getMemberAvatarRoute as route } from '@annals/contracts';
import type { Objects } from '@annals/objects';
import { type MountedRoute, mount } from '@annals/service';
import { ownerOf } from '../owner.js';
import { type SeeingParts, seenProfile } from '../privacy/seen-profile.js';
import { avatarUnknown, servedPicture } from './served-picture.js';

/** The better format for who says that they can read it (RFC 9110 §12.5.1); the one that everybody can for the rest. */
export const formatFor = (accept: string | undefined): AvatarFormat =>
  /\bimage\/avif\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(accept ?? '') ? 'avif' : 'webp';

/** GET /users/{user_id}/avatar. Hidden, not there, no member, unknown: the same 404. */
export const getMemberAvatar = (parts: SeeingParts & { objects: Objects }): MountedRoute =>
  mount(route, async ({ context, params, query, minPosition, raw }) => {
    const { account_id, user_id } = ownerOf(context);
    const person = { account_id, user_id: params.user_id };
    const seen = await seenProfile(parts, person.user_id === user_id ? 'self' : 'member', person, minPosition);
    if (!seen?.profile.avatar) throw avatarUnknown();
    const format = query.format ?? formatFor(raw.headers.accept);
    const picture = { ...person, avatar_id: seen.profile.avatar.id, size: query.size, format };
    return servedPicture(parts.objects, picture, { 'cache-control': 'private, no-cache', vary: 'Accept' });
  });
