import { z } from 'zod';
import { event, type EventOf } from '../../event.js';
import { pii } from '../../personal-data.js';
import { updated, updatedKeys as keys } from '../keys.js';
import { AvatarId } from './schemas.js';

/** A picture's fingerprint finds the picture, so it is personal. */
export const avatarId = pii(AvatarId, {
  category: 'content',
  purpose: 'profile',
  basis: 'contract',
  retention: 'account',
});

/** The picture is there in every size before this is written; the one before it is removed afterwards. */
export const AvatarChanged = event('AvatarChanged', {
  category: 'profile',
  data: z.strictObject({ ...updated, avatar_id: avatarId }),
  subject: 'user_id',
  audit: { entity: 'Avatar', action: 'UPDATE', keys },
});

export const AvatarRemoved = event('AvatarRemoved', {
  category: 'profile',
  data: z.strictObject({ ...updated, avatar_id: avatarId }),
  subject: 'user_id',
  audit: { entity: 'Avatar', action: 'DELETE', keys },
});

export const avatarEvents = [AvatarChanged, AvatarRemoved] as const;
export type AvatarEvent = EventOf<(typeof avatarEvents)[number]>;
