import { z } from 'zod';

/** Edge of a picture in pixels. All are square; one is never larger than what was sent. */
export const avatarSizes = [64, 128, 256, 512, 1024] as const;
export const avatarFormats = ['webp', 'avif'] as const;
export type AvatarSize = (typeof avatarSizes)[number];
export type AvatarFormat = (typeof avatarFormats)[number];

/** SHA-256 of what was made of the upload, in hexadecimal. */
export const AvatarId = z.string().regex(/^[0-9a-f]{64}$/);

const urls = z.object({
  '64': z.string(),
  '128': z.string(),
  '256': z.string(),
  '512': z.string(),
  '1024': z.string(),
});

/** A person's picture. Its addresses need no token: they are signed, stay the same for hours, and end with what they show. */
export const Avatar = z.object({ id: AvatarId, urls: z.object({ webp: urls, avif: urls }) }).meta({ id: 'Avatar' });
export type Avatar = z.infer<typeof Avatar>;

const smallUrls = urls.pick({ '64': true, '128': true });

/** A picture beside a name in a list: the small sizes alone, because there are many. */
export const AvatarThumbnail = z
  .object({ id: AvatarId, urls: z.object({ webp: smallUrls, avif: smallUrls }) })
  .meta({ id: 'AvatarThumbnail' });
export type AvatarThumbnail = z.infer<typeof AvatarThumbnail>;
