import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import {
  type Avatar,
  type AvatarThumbnail,
  type AvatarFormat,
  avatarFormats,
  type AvatarSize,
  avatarSizes,
} from '@annals/contracts';
import type { Owner } from '../owner.js';
import type { Viewer } from '../privacy/visibility.js';

/** One picture in one size and format. */
export interface Picture extends Owner {
  avatar_id: string;
  size: AvatarSize;
  format: AvatarFormat;
}

/** Addresses of pictures that need no token, because an image element sends none. */
export interface AvatarLinks {
  /** The same ones for hours, so that browsers keep what they have. */
  linksFor: (viewer: Viewer, owner: Owner, avatarId: string) => Avatar;
  /** The small ones among them, for lists. */
  thumbnailFor: (viewer: Viewer, owner: Owner, avatarId: string) => AvatarThumbnail;
  /**
   * For whom an address was made and for how many seconds it still counts; null for one that is not ours or whose time
   * is over.
   */
  check(picture: Picture, expires: string, signature: string): { viewer: Viewer; seconds: number } | null;
}

/** Addresses change with it and count for one to two of it, in seconds. */
const windowSeconds = 12 * 60 * 60;
const viewers: readonly Viewer[] = ['anybody', 'member', 'self'];
/** Persons whose addresses are kept: making ten of them takes longer than everything else in reading a profile. */
const mostKept = 10_000;

/**
 * @param installationKey as in KEY_ENCRYPTION_KEY; a key of its own is derived from it
 * @param now milliseconds since the epoch
 */
export function avatarLinks(installationKey: Uint8Array, now: () => number = Date.now): AvatarLinks {
  const key = Buffer.from(hkdfSync('sha256', installationKey, '', 'annals avatar links', 32));
  const kept = new Map<string, Avatar>();
  let keptUntil = 0;

  const sign = (viewer: Viewer, { account_id, user_id, avatar_id, size, format }: Picture, expires: number) =>
    createHmac('sha256', key)
      .update([viewer, account_id, user_id, avatar_id, size, format, expires].join('\n'))
      .digest();

  const nextExpiry = () => (Math.floor(now() / 1000 / windowSeconds) + 2) * windowSeconds;

  function made(viewer: Viewer, owner: Owner, avatar_id: string, sizes: readonly AvatarSize[]): Avatar {
    const expires = nextExpiry();
    const url = (format: AvatarFormat, size: AvatarSize): [string, string] => {
      const { account_id, user_id } = owner;
      const signature = sign(viewer, { account_id, user_id, avatar_id, size, format }, expires).toString('base64url');
      const path = `/api/v1/avatars/${account_id}/${user_id}/${avatar_id}/${size}.${format}`;
      return [String(size), `${path}?expires=${expires}&signature=${signature}`];
    };
    const urls = avatarFormats.map((format) => [format, Object.fromEntries(sizes.map((size) => url(format, size)))]);
    return { id: avatar_id, urls: Object.fromEntries(urls) as Avatar['urls'] };
  }

  return {
    linksFor(viewer, owner, avatarId) {
      const expires = nextExpiry();
      if (expires !== keptUntil || kept.size >= mostKept) kept.clear();
      keptUntil = expires;
      const name = `${viewer} ${owner.account_id} ${owner.user_id} ${avatarId}`;
      const found = kept.get(name) ?? made(viewer, owner, avatarId, avatarSizes);
      kept.set(name, found);
      return found;
    },
    thumbnailFor: (viewer, owner, avatarId) => made(viewer, owner, avatarId, [64, 128]),
    check(picture, expires, signature) {
      const given = Buffer.from(signature, 'base64url');
      const until = Number(expires);
      // All of them, so that the time it takes says nothing of the viewer.
      const [viewer] = viewers.filter((one) => isSame(sign(one, picture, until), given));
      const seconds = until - Math.floor(now() / 1000);
      return viewer && seconds > 0 ? { viewer, seconds } : null;
    },
  };
}

const isSame = (one: Buffer, other: Buffer): boolean => one.length === other.length && timingSafeEqual(one, other);
