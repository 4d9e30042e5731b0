import type { Applied } from './apply-rows.js';

/** Rows, and milliseconds, between two entries about progress: a stream of 100,000 rows stays at about a hundred. */
const rowsApart = 1_000;
const msApart = 5_000;
const fewest = 100;

/**
 * Whether progress is worth an entry of its own: after a thousand rows, or after five seconds where it is slow, and never
 * for fewer than a batch. What comes after the last entry is done again by whoever takes over.
 */
export function worthTelling(last: Applied & { at: number }, now: Applied & { at: number }): boolean {
  const rows = now.applied_to_row - last.applied_to_row;
  return rows >= rowsApart || (rows >= fewest && now.at - last.at >= msApart);
}
