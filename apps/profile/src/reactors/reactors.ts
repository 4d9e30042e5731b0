import type { EventStore } from '@annals/event-store';
import type { Objects } from '@annals/objects';
import type { Pool, Reactor } from '@annals/postgres';

/** What the reactors of profile work with. */
export interface ReactorParts {
  store: EventStore;
  pool: Pool;
  objects: Objects;
}

/** Everything profile does because of an event. */
export const reactorsOf = (_parts: ReactorParts): Reactor[] => [];
