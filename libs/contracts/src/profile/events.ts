import type { EventOf } from '../event.js';
import type { AvatarEvent } from './avatar/events.js';
import { avatarEvents } from './avatar/events.js';
import { consentEvents } from './consent/events.js';
import type { DocumentEvent } from './document/events.js';
import { documentEvents } from './document/events.js';
import type { HandleClaimGivenUp } from './handle/events.js';
import { handleEvents } from './handle/events.js';
import { preferencesEvents } from './preferences/events.js';
import type { PrivacyEvent } from './privacy/events.js';
import { privacyEvents } from './privacy/events.js';
import type { BadgeEvent } from './verification/badge.js';
import { badgeEvents } from './verification/badge.js';
import { verificationEvents } from './verification/events.js';

export * from './document/events.js';
export * from './handle/events.js';
export * from './privacy/events.js';
export * from './consent/events.js';
export * from './avatar/events.js';
export * from './verification/badge.js';
export * from './verification/events.js';
export * from './preferences/events.js';

/** Everything that happens to a profile, in one stream: what is said, who sees it, what was found true. */
export type ProfileEvent = DocumentEvent | PrivacyEvent | AvatarEvent | BadgeEvent | EventOf<typeof HandleClaimGivenUp>;

/** Every event that profile writes. */
export const profileEvents = [
  ...documentEvents,
  ...handleEvents,
  ...privacyEvents,
  ...consentEvents,
  ...avatarEvents,
  ...badgeEvents,
  ...verificationEvents,
  ...preferencesEvents,
] as const;
