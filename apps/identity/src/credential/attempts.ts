/** A row of wrong passwords without a right one between them. */
export interface FailureRow {
  failures: number;
  last_failure_at: Date;
}

const longestDelaySeconds = 15 * 60;

/**
 * Until when further passwords are refused unheard: `freeTries` cost nothing, then the delay doubles with each failure,
 * from one second to fifteen minutes.
 */
export function lockedUntil(row: FailureRow | null, freeTries: number): Date | null {
  if (!row || row.failures < freeTries) return null;
  const seconds = Math.min(2 ** (row.failures - freeTries), longestDelaySeconds);
  return new Date(row.last_failure_at.getTime() + seconds * 1000);
}

/** Counts of failures at which the person's log gets a line, so that guessing cannot fill it. */
export const throttleThresholds = (freeTries: number): number[] =>
  [freeTries, 10, 20, 50, 100].filter((n) => n >= freeTries);
