import { activityEvents } from './activity/events.js';
import type { EventContract } from './event.js';
import { exportEvents } from './export/events.js';
import { identityEvents } from './identity/events.js';
import { profileEvents } from './profile/events.js';

/** Every event of the house: what the audit log follows, replay shows and the records of processing list. */
export const allEvents: readonly EventContract[] = [
  ...identityEvents,
  ...profileEvents,
  ...activityEvents,
  ...exportEvents,
];
