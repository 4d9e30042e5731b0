import type { Position, StoredEvent } from '@annals/event-store';
import { CheckpointMoved } from './checkpoint.js';
import { isTransient } from './failure.js';
import type { Pool } from './pool.js';
import { projectBatch } from './project.js';
import type { Projection } from './projection.js';

/** The event a projection cannot get past. It is never skipped. */
export interface StuckEvent {
  id: string;
  type: string;
  stream: string;
  revision: string;
  attempts: number;
  error: string;
}

/** A handler refused an event. Tried again some times, then the projection counts as halted. */
export class PoisonEvent extends Error {
  constructor(
    readonly event: StoredEvent,
    projection: Projection,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${projection.name}@${projection.version} cannot handle ${event.type} ${event.id}: ${reason}`, { cause });
    this.name = 'PoisonEvent';
  }
}

/** Whether the failure lies in the events and not in the circumstances. */
export function isPoison(error: unknown): boolean {
  return !isTransient(error) && !(error instanceof CheckpointMoved);
}

/**
 * Handles a failed batch again event by event: what comes before the bad one is saved, and the bad one is named.
 * @param onSaved told after each event that is saved
 * @throws PoisonEvent naming the event
 */
export async function projectOneByOne(
  pool: Pool,
  projection: Projection,
  from: Position | null,
  events: readonly StoredEvent[],
  onSaved: (position: Position) => void,
): Promise<void> {
  let position = from;
  for (const event of events) {
    try {
      await projectBatch(pool, projection, position, [event], event.position);
    } catch (error) {
      throw isPoison(error) ? new PoisonEvent(event, projection, error) : error;
    }
    position = event.position;
    onSaved(position);
  }
}
