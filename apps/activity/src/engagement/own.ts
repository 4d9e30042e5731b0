import { type Engagement, type EngagementDay } from '@annals/contracts';

/** A person's own days: how many, and how many in a row. A day that is not over does not end a row. */
export function ownDays(
  days: readonly EngagementDay[],
  today: string,
  firstSeen: Date | null,
): NonNullable<Engagement['own']> {
  let [longest, row] = [0, 0];
  for (const { day, dau } of days) {
    if (dau === 0 && day === today) break;
    row = dau === 0 ? 0 : row + 1;
    longest = Math.max(longest, row);
  }
  return {
    first_seen: firstSeen?.toISOString() ?? null,
    active_days: days.filter(({ dau }) => dau !== 0).length,
    current_streak: row,
    longest_streak: longest,
  };
}
