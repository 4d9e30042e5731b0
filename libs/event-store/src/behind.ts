import type { EventStoreDBClient } from '@eventstore/db-client';
import { comparePositions, type Position } from './position.js';
import { pull } from './read.js';

/** The server reports the place of a filtered subscription every 32 events that it passes over. */
export const quietEvents = 64;

/**
 * Looks, from the end of the store backwards, whether events of the categories wait after a position. After more
 * foreign events than `most` the answer is `silent`: by then a subscription should have spoken.
 */
export async function waitingAfter(
  client: EventStoreDBClient,
  categories: readonly string[],
  after: Position | null,
  stallMs: number,
  most = quietEvents,
): Promise<Position | 'silent' | null> {
  const prefixes = categories.map((category) => `${category}-`);
  const read = () => client.readAll({ direction: 'backwards', fromPosition: 'end', maxCount: most });
  let passed = 0;
  for await (const { event } of pull(read, stallMs)) {
    if (!event) continue;
    if (after && comparePositions(event.position, after) <= 0) return null;
    if (prefixes.some((prefix) => event.streamId.startsWith(prefix))) return event.position;
    passed += 1;
  }
  return passed === most ? 'silent' : null;
}
