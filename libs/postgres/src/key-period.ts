import type { Purpose } from '@annals/contracts';

/** Addresses and clicks are kept for a short time of their own, so their keys live a month, the others' a year. */
const monthly: readonly Purpose[] = ['security', 'analytics'];

/** Name of the period whose key seals at this moment: `2026-03` of a month, `2026` of a year, both in UTC. */
export function periodOf(purpose: Purpose, now: Date): string {
  return now.toISOString().slice(0, monthly.includes(purpose) ? 7 : 4);
}

/** When nothing is sealed with the keys of a period any more: the first moment after it. @throws Error for no period */
export function endOfPeriod(period: string): Date {
  const match = /^(\d{4})(?:-(\d{2}))?$/.exec(period);
  if (!match) throw new Error(`${period} is no period of keys`);
  const [year, month] = [Number(match[1]), match[2]];
  return new Date(month === undefined ? Date.UTC(year + 1, 0) : Date.UTC(year, Number(month)));
}
