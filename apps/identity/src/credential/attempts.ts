/** A row of wrong passwords without a right one between them. */
export interface FailureRow {
  failures: number;
  last_failure_at: Date;
}

const longestDelaySeconds = 15 * 60;

/** Failures in a row after which no password counts until a new one is set (NIST SP 800-63B-4 §3.2.2 allows 100). */
export const failureCap = 100;

/** The last moment that a Date can say. */
const never = new Date(8_640_000_000_000_000);

/**
 * Until when further passwords are refused unheard: `freeTries` cost nothing, then the delay doubles with each failure,
 * from one second to fifteen minutes; at the cap it does not end.
 */
export function lockedUntil(row: FailureRow | null, freeTries: number): Date | null {
  if (row && row.failures >= failureCap) return never;
  if (!row || row.failures < freeTries) return null;
  const seconds = Math.min(2 ** (row.failures - freeTries), longestDelaySeconds);
  return new Date(row.last_failure_at.getTime() + seconds * 1000);
}

/** Counts of failures at which the person's log gets a line, so that guessing cannot fill it. */
export const throttleThresholds = (freeTries: number): number[] =>
  [freeTries, 10, 20, 50, failureCap].filter((n) => n >= freeTries);
