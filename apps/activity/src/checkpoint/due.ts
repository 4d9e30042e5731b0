/** Longest time between two rounds, also when nothing happens, in milliseconds. */
export const longestBetween = 60_000;
/** New entries that are signed at once. */
export const mostUnsigned = 1_000;

export interface Since {
  /** Milliseconds since this process signed, by a clock that never goes back; null when it has not signed yet. */
  age: number | null;
  /** Entries that came since the newest round. */
  unsigned: number;
  /** Whether somebody waits for them to be signed. */
  asked: boolean;
}

/** Whether it is time for a round. */
export function isDue({ age, unsigned, asked }: Since): boolean {
  if (age === null || age >= longestBetween || unsigned >= mostUnsigned) return true;
  return asked && unsigned > 0;
}
