import type { EventContract } from '@annals/contracts';
import { allEvents } from '@annals/contracts';
import { comparePositions, type Position, type StoredEvent } from '@annals/event-store';

const contracts = new Map<string, EventContract>(allEvents.map((contract) => [contract.type, contract]));

/** A moment in the life of a stream: a time, a revision or a position. */
export type Moment = { time: number } | { revision: bigint } | { position: Position };

/** Whether an event had happened at that moment; the moment itself included. */
export function hadHappened(event: StoredEvent, moment: Moment): boolean {
  if ('time' in moment) return event.recordedAt.getTime() <= moment.time;
  if ('revision' in moment) return event.revision <= moment.revision;
  return comparePositions(event.position, moment.position) <= 0;
}

/**
 * State of a stream from its events: each sets the fields it names, a null removes one, a deletion removes all but
 * the keys. This holds for every event of ours, because events carry changed fields at the top level.
 */
export function stateOf(
  events: Iterable<{ event: StoredEvent; data: Record<string, unknown> }>,
): Record<string, unknown> {
  const state: Record<string, unknown> = {};
  for (const { event, data } of events) {
    const contract = contracts.get(event.type);
    const keys = contract?.audit.keys ?? [];
    if (contract?.audit.action === 'DELETE') {
      Object.keys(state).forEach((field) => keys.includes(field) || delete state[field]);
    }
    for (const [field, value] of Object.entries(data)) {
      if (keys.includes(field) || value !== null) state[field] = value;
      else delete state[field];
    }
  }
  return state;
}
