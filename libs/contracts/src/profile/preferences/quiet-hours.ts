import type { Preferences } from './schemas.js';

type Heard = Pick<Preferences, 'timezone' | 'notifications'>;

const clocks = new Map<string, Intl.DateTimeFormat>();

/**
 * Whether an instant lies in the person's quiet hours, by the clock on their wall: from `from` on, until just before `to`,
 * over midnight when `from` is the later one, the whole day when they are the same. Where the clock is put back, the
 * repeated hour counts both times; where it is put forward, the hours that do not happen are quiet for nobody.
 */
export function isQuiet({ timezone, notifications }: Heard, at: Date): boolean {
  const { enabled, from, to } = notifications.quiet_hours;
  if (!enabled) return false;
  if (from === to) return true;
  const now = wallClock(timezone, at);
  return from < to ? from <= now && now < to : now >= from || now < to;
}

/** Hours and minutes as `HH:MM`, which sort as the times they are. */
function wallClock(timeZone: string, at: Date): string {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    // Making one costs a thousand times using it. There are some six hundred zones, so this is hardly ever the end of one.
    if (clocks.size === 1000) clocks.clear();
    clocks.set(timeZone, clock);
  }
  return clock.format(at);
}
