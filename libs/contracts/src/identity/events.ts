import type { EventOf } from '../event.js';
import { accountEvents } from './account/events.js';
import { apiKeyEvents } from './apikey/events.js';
import { attemptEvents } from './attempt/events.js';
import { claimEvents } from './account/claims.js';
import { credentialEvents } from './credential/events.js';
import { denialEvents } from './denial/events.js';
import { elevationEvents } from './elevation/events.js';
import { factorEvents } from './factor/events.js';
import { deviceEvents } from './device/events.js';
import { emailEvents } from './email/events.js';
import { invitationEvents } from './invitation/events.js';
import { membershipEvents } from './member/events.js';
import { grantEvents } from './grant/events.js';
import { providerEvents } from './provider/events.js';
import { readingEvents } from './reading/events.js';
import { roleEvents } from './role/events.js';
import { sessionEvents } from './session/events.js';
import { signingKeyEvents } from './signing-key/events.js';
import { userEvents } from './user/events.js';

export * from './user/events.js';
export * from './email/events.js';
export * from './credential/events.js';
export * from './factor/events.js';
export * from './account/events.js';
export * from './member/events.js';
export * from './invitation/events.js';
export * from './provider/events.js';
export * from './role/events.js';
export * from './grant/events.js';
export * from './session/events.js';
export * from './session/suspicions.js';
export * from './device/events.js';
export * from './account/claims.js';
export * from './apikey/events.js';
export * from './elevation/events.js';
export * from './denial/events.js';
export * from './attempt/events.js';
export * from './reading/events.js';
export * from './signing-key/events.js';

/** Every event that identity writes. */
export const identityEvents = [
  ...userEvents,
  ...emailEvents,
  ...credentialEvents,
  ...factorEvents,
  ...providerEvents,
  ...accountEvents,
  ...membershipEvents,
  ...invitationEvents,
  ...roleEvents,
  ...grantEvents,
  ...sessionEvents,
  ...deviceEvents,
  ...elevationEvents,
  ...apiKeyEvents,
  ...denialEvents,
  ...attemptEvents,
  ...readingEvents,
  ...signingKeyEvents,
  ...claimEvents,
] as const;

export type IdentityEvent = EventOf<(typeof identityEvents)[number]>;
