import type { AnonymousContext, CurrentUserContext, DomainEvent } from '@annals/contracts';
import type { Position } from './position.js';
import type { StoredEvent } from './stored-event.js';

/** Something with a life: its events, folded, are its state. `evolve` is pure, total and never changes its input. */
export interface Aggregate<S> {
  /** Category of its streams. */
  category: string;
  initial: S;
  evolve(state: S, event: DomainEvent): S;
}

/** Who asked for a command, or nobody in particular. */
export type CommandContext = CurrentUserContext | AnonymousContext;

/** One intention. Run twice with the same `id` it takes effect once. */
export interface Command<S, E extends DomainEvent = DomainEvent> {
  /** A UUID, kept with every event the command writes. */
  id: string;
  /** Keyed hash of its body: the same id with another hash is refused with 422. */
  hash?: string;
  context: CommandContext;
  /** RFC 3339; time enters as data. */
  now: string;
  /** Revision the client saw (If-Match), null for "does not exist yet"; a mismatch is 412 and is never retried. */
  expectedRevision?: bigint | null;
  /** Pure. No events: nothing to do. Throws a Problem to refuse. */
  decide(state: S): readonly E[];
  /** Account in the events' metadata; the context's account unless said. */
  accountId?: string | null;
}

/** State of a stream as far as it was read. */
export interface Loaded<S> {
  state: S;
  /** Of the last event; null when the stream holds none. */
  revision: bigint | null;
  /** Of the last event, when known. */
  position: Position | null;
}

/** What became of a command: written now, nothing to do, or already written by an earlier run with the same id. */
export interface Outcome<S> {
  kind: 'appended' | 'unchanged' | 'replayed';
  /** After the command's own last event, also when replayed. */
  state: S;
  revision: bigint | null;
  position: Position | null;
  /** The command's own events. After an append their positions are that of the last one. */
  events: StoredEvent[];
  category: string;
}
