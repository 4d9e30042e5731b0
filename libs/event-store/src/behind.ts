import type { EventStoreDBClient } from '@eventstore/db-client';
import type { Place } from './newest-events.js';
import { comparePositions, type Position } from './position.js';
import { pull } from './read.js';

/** The server reports the place of a filtered subscription every 32 events that it passes over. */
export const quietEvents = 64;

/** What waits after a position: the newest event of the categories, nothing, or too much of others' to tell. */
export type Waiting = Position | 'silent' | null;

interface Look {
  categories: readonly string[];
  after: Position | null;
  /** After more foreign events than this the answer is `silent`: by then a subscription should have spoken. */
  most: number;
}

function looking({ categories, after, most }: Look): (place: Place) => Waiting | undefined {
  const prefixes = categories.map((category) => `${category}-`);
  let passed = 0;
  return ({ stream, position }) => {
    if (after && comparePositions(position, after) <= 0) return null;
    if (prefixes.some((prefix) => stream.startsWith(prefix))) return position;
    passed += 1;
    return passed === most ? 'silent' : undefined;
  };
}

/** Looks through the newest events, which are at most `quietEvents`. */
export function waitingAmong(newest: readonly Place[], categories: readonly string[], after: Position | null): Waiting {
  const look = looking({ categories, after, most: quietEvents });
  for (const place of newest) {
    const found = look(place);
    if (found !== undefined) return found;
  }
  return null;
}

/** Looks from the end of the store backwards. */
export async function waitingAfter(client: EventStoreDBClient, asked: Look, stallMs: number): Promise<Waiting> {
  const read = () => client.readAll({ direction: 'backwards', fromPosition: 'end', maxCount: asked.most });
  const look = looking(asked);
  for await (const { event } of pull(read, stallMs)) {
    const found = event && look({ stream: event.streamId, position: event.position });
    if (found !== undefined) return found;
  }
  return null;
}
