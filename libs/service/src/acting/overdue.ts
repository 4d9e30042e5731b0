import { setTimeout as pause } from 'node:timers/promises';
import type { StoredEvent } from '@annals/event-store';

/** What a command has not done this long after its first fact, it never will: its process died in between. */
const patienceMs = 5_000;
const longestPauseMs = 50;

/**
 * Whether a command left something undone that has to follow its fact. Waits a moment for the command itself: what it
 * does is its caller's in the log.
 */
export async function isOverdue(event: StoredEvent, isDone: () => Promise<boolean>): Promise<boolean> {
  const due = Date.parse(event.metadata.occurred_at) + patienceMs;
  for (let pauseMs = 2; !(await isDone()); pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
    if (Date.now() >= due) return true;
    await pause(pauseMs);
  }
  return false;
}
