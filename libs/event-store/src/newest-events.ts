import type { EventStoreDBClient } from '@eventstore/db-client';
import type { Position } from './position.js';
import { pull } from './read.js';

/** Where an event lies. */
export interface Place {
  stream: string;
  position: Position;
}

/**
 * The newest events of the store, backwards. Read once for all who ask within `maxAgeMs`: every subscription of a
 * process wants to know now and then whether something waits for it, and would ask the same.
 */
export type NewestEvents = (maxAgeMs: number) => Promise<readonly Place[]>;

export function newestEvents(client: EventStoreDBClient, count: number, stallMs: number): NewestEvents {
  let readAt = -Infinity;
  let reading: Promise<readonly Place[]> = Promise.resolve([]);
  return (maxAgeMs) => {
    if (performance.now() - readAt > maxAgeMs) {
      readAt = performance.now();
      reading = read(client, count, stallMs);
      reading.catch(() => (readAt = -Infinity));
    }
    return reading;
  };
}

async function read(client: EventStoreDBClient, count: number, stallMs: number): Promise<Place[]> {
  const places: Place[] = [];
  const open = () => client.readAll({ direction: 'backwards', fromPosition: 'end', maxCount: count });
  for await (const { event } of pull(open, stallMs)) {
    if (event) places.push({ stream: event.streamId, position: event.position });
  }
  return places;
}
