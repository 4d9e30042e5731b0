import { setTimeout as wait } from 'node:timers/promises';

/** Resolves when this long has passed since the call: an answer that waits for it tells nothing by its speed. */
export const noSoonerThan = (milliseconds: number): Promise<void> => wait(milliseconds);
