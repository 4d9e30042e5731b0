import {
  type Aggregate,
  type Command,
  comparePositions,
  type EventStore,
  type Loaded,
  type Outcome,
  type Position,
  type PositionToken,
  streamName,
} from '@annals/event-store';
import { type DomainEvent } from '@annals/contracts';
import { type FoldFollower } from './follow.js';

/**
 * Present states served from memory.
 *
 * A kept fold is current because every way in which it could become old passes here: this process's own commands
 * replace it when they are acknowledged, and another process's events reach the follower, which drops it. It is served
 * while the follower is live and covers the position the reader asks for; otherwise the stream's tail is read.
 * So a reader that sends `x-min-position` never gets less, with any number of processes; one that does not may, for
 * the few milliseconds an event travels, see what another process has just replaced.
 */
export interface FreshFolds {
  read<S>(aggregate: Aggregate<S>, id: string, atLeast: readonly PositionToken[]): Promise<Loaded<S>>;
  /** As `EventStore.execute`; the outcome is what the next read answers. */
  execute<S, E extends DomainEvent>(aggregate: Aggregate<S>, id: string, command: Command<S, E>): Promise<Outcome<S>>;
  /** An event of any process was seen. */
  saw(stream: string, revision: bigint): void;
  /** Drops what is held of a person, in all accounts, or of everybody for null: they may have been erased. */
  forget(person: string | null): void;
}

interface Flight {
  running: number;
  /** Newest revision seen while reading or writing was under way. */
  seen: bigint;
  /** Somebody whose stream it is was forgotten meanwhile: what it brings may be of before. */
  forgotten: boolean;
}

const revisionOf = (loaded: Loaded<unknown>): bigint => loaded.revision ?? -1n;

/** Ids of streams name their person. */
const isOf = (stream: string, person: string | null): boolean => person === null || stream.includes(person);

/**
 * Keeps the `capacity` folds used last.
 * @param mayKeep false while nobody can tell whose data is to be forgotten: nothing is kept then, nor taken that was
 */
export function freshFolds(
  store: Pick<EventStore, 'load' | 'execute'>,
  follower: () => Pick<FoldFollower, 'started' | 'live' | 'position'>,
  capacity = 20_000,
  mayKeep: () => boolean = () => true,
): FreshFolds {
  const kept = new Map<string, Loaded<unknown>>();
  const flights = new Map<string, Flight>();

  function keep(stream: string, loaded: Loaded<unknown>, seen: bigint): void {
    const before = kept.get(stream);
    if (revisionOf(loaded) < seen || (before && revisionOf(before) > revisionOf(loaded))) return;
    kept.delete(stream);
    kept.set(stream, loaded);
    const oldest = kept.size > capacity ? kept.keys().next() : undefined;
    if (oldest?.value !== undefined) kept.delete(oldest.value);
  }

  /** An event that arrives while the store answers may be newer than the answer; then the answer is not kept. */
  async function flying<L extends Loaded<unknown> & { kind?: Outcome<unknown>['kind'] }>(
    stream: string,
    work: () => Promise<L>,
  ): Promise<L> {
    const flight = flights.get(stream) ?? { running: 0, seen: -1n, forgotten: false };
    flights.set(stream, flight);
    flight.running++;
    // What was read before anybody followed could have been replaced unseen.
    const followed = follower().started();
    try {
      const loaded = await work();
      const { state, revision, position, kind } = loaded;
      // A repeated command answers with the state it made at its time, which others may have changed since.
      if (followed && kind !== 'replayed' && !flight.forgotten && mayKeep()) {
        keep(stream, { state, revision, position }, flight.seen);
      }
      return loaded;
    } finally {
      if (--flight.running === 0) flights.delete(stream);
    }
  }

  const covers = (own: Position | null, aggregate: string, atLeast: readonly PositionToken[]): boolean =>
    atLeast.every(({ category, position }) => {
      if (category !== aggregate || (own && comparePositions(own, position) >= 0)) return true;
      const followed = follower().position();
      return followed !== null && comparePositions(followed, position) >= 0;
    });

  return {
    async read<S>(aggregate: Aggregate<S>, id: string, atLeast: readonly PositionToken[]): Promise<Loaded<S>> {
      const stream = streamName(aggregate.category, id);
      const found = kept.get(stream) as Loaded<S> | undefined;
      if (found && mayKeep() && follower().live() && covers(found.position, aggregate.category, atLeast)) {
        kept.delete(stream);
        kept.set(stream, found);
        return found;
      }
      return flying(stream, () => store.load(aggregate, id));
    },
    execute(aggregate, id, command) {
      return flying(streamName(aggregate.category, id), () => store.execute(aggregate, id, command));
    },
    saw(stream, revision) {
      const flight = flights.get(stream);
      if (flight && revision > flight.seen) flight.seen = revision;
      const found = kept.get(stream);
      if (found && revisionOf(found) < revision) kept.delete(stream);
    },
    forget(person) {
      for (const [stream, flight] of flights) if (isOf(stream, person)) flight.forgotten = true;
      for (const stream of kept.keys()) if (isOf(stream, person)) kept.delete(stream);
    },
  };
}
