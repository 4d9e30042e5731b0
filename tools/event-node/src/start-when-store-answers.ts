import { setTimeout as pause } from 'node:timers/promises';
import { isConnectionLost } from '@annals/postgres';
import { type EventNode, type EventNodeOptions, startEventNode } from './node.js';

const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * Starts the node; while PostgreSQL cannot be reached it waits, because processes start in any order. What waiting
 * cannot mend, as a port that is taken or a wrong password, rejects.
 */
export async function startWhenStoreAnswers(
  options: EventNodeOptions,
  say: (line: string) => void,
): Promise<EventNode> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await startEventNode(options);
    } catch (error) {
      const reason = error instanceof Error && isConnectionLost(error.cause) ? error.cause : error;
      if (!(reason instanceof Error && isConnectionLost(reason))) throw error;
      if (pauseMs === firstPauseMs) say(`PostgreSQL does not answer yet (${reason.message}); waiting for it.`);
      await pause(pauseMs);
    }
  }
}
