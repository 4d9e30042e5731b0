import type { Channel, NotificationCategory } from './notifications.js';
import { isQuiet } from './quiet-hours.js';
import type { Preferences } from './schemas.js';

/** `later`: gathered with others for the next hour, day or week, or held until quiet hours are over. */
export type Permitted = 'now' | 'later' | 'never';

/**
 * Whether a person may be told of something at an instant. Quiet hours hold back what is immediate on every channel, but
 * for notices of security by e-mail: a mailbox does not ring, and a stolen account cannot wait until the morning.
 */
export function mayNotify(
  preferences: Pick<Preferences, 'timezone' | 'notifications'>,
  channel: Channel,
  category: NotificationCategory,
  at: Date,
): Permitted {
  const frequency = preferences.notifications[channel][category];
  if (frequency === 'never') return 'never';
  if (frequency !== 'immediate') return 'later';
  if (channel === 'email' && category === 'security') return 'now';
  return isQuiet(preferences, at) ? 'later' : 'now';
}
