import type { EventOf } from '../event.js';
import { accountEvents } from './account/events.js';
import { claimEvents } from './account/claims.js';
import { credentialEvents } from './credential/events.js';
import { emailEvents } from './email/events.js';
import { membershipEvents } from './member/events.js';
import { sessionEvents } from './session/events.js';
import { userEvents } from './user/events.js';

export * from './user/events.js';
export * from './email/events.js';
export * from './credential/events.js';
export * from './account/events.js';
export * from './member/events.js';
export * from './session/events.js';
export * from './account/claims.js';

/** Every event that identity writes. */
export const identityEvents = [
  ...userEvents,
  ...emailEvents,
  ...credentialEvents,
  ...accountEvents,
  ...membershipEvents,
  ...sessionEvents,
  ...claimEvents,
] as const;

export type IdentityEvent = EventOf<(typeof identityEvents)[number]>;
