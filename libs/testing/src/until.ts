import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for a condition instead of for time.
 * @param limitMs when to give up, in milliseconds: generous, because it costs nothing when the condition comes true
 * @throws Error that names what did not come true
 */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 40_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`Not so after ${limitMs} ms: ${what}`);
    await pause(5);
  }
}
