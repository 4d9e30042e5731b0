import { LRUCache } from 'lru-cache';
import type { EventMetadata } from '@annals/contracts';
import type { Aggregate, Loaded } from './aggregate.js';
import type { Position } from './position.js';

/** What a stream remembers of a command it has seen. */
export interface SeenCommand {
  hash: string | undefined;
  /** Revision and position of its last event. */
  last: bigint;
  position: Position | null;
}

/** A stream folded up to a revision, with the commands that made it. */
export interface Fold<S> extends Loaded<S> {
  commands: Map<string, SeenCommand>;
  /** Whose personal data, opened with which keys, the state holds. */
  subjects: Set<string>;
  keyIds: Set<string>;
  /** How often somebody had been forgotten when it was begun: one begun before may hold what was to be forgotten. */
  epoch: number;
}

/** Commands a stream is remembered by; one repeated after so many others is taken for a new one. */
const rememberedCommands = 1000;

export function emptyFold<S>(aggregate: Aggregate<S>, epoch = 0): Fold<S> {
  return {
    state: aggregate.initial,
    revision: null,
    position: null,
    commands: new Map(),
    subjects: new Set(),
    keyIds: new Set(),
    epoch,
  };
}

export interface FoldedEvent {
  type: string;
  data: Record<string, unknown>;
  metadata: EventMetadata;
  revision: bigint;
  position: Position | null;
}

/** The fold after one more event. The commands are shared between successive folds: they only ever grow. */
export function foldedWith<S>(aggregate: Aggregate<S>, fold: Fold<S>, event: FoldedEvent): Fold<S> {
  const { command_id: command, command_hash: hash } = event.metadata;
  if (command !== undefined) {
    fold.commands.set(command, { hash, last: event.revision, position: event.position });
    if (fold.commands.size > rememberedCommands) fold.commands.delete(fold.commands.keys().next().value!);
  }
  return {
    ...fold,
    state: aggregate.evolve(fold.state, event),
    revision: event.revision,
    position: event.position ?? fold.position,
  };
}

/** Folds of recently used streams, one per stream and aggregate. */
export interface FoldCache {
  get<S>(aggregate: Aggregate<S>, stream: string): Fold<S> | undefined;
  set<S>(aggregate: Aggregate<S>, stream: string, fold: Fold<S>): void;
  delete<S>(aggregate: Aggregate<S>, stream: string): void;
  /** Drops every fold that holds data of a subject, all of them for null, and keeps none that was begun before. */
  forget(subject: string | null): void;
  /** What a fold that is begun now has to say when it is kept. */
  epoch(): number;
}

/**
 * @param size most command ids held, plus one for each stream; a command id takes about 200 bytes
 * @param mayKeep false while nothing is to be kept, nor taken that was
 */
export function foldCache(size: number, mayKeep: () => boolean = () => true): FoldCache {
  const folds = new LRUCache<string, Fold<unknown>>({
    maxSize: size,
    sizeCalculation: (fold) => 1 + fold.commands.size,
  });
  const numbers = new WeakMap<object, number>();
  let next = 0;
  let epoch = 0;
  const key = (aggregate: object, stream: string): string => {
    let number = numbers.get(aggregate);
    if (number === undefined) numbers.set(aggregate, (number = next++));
    return `${number} ${stream}`;
  };
  return {
    get: <S>(aggregate: Aggregate<S>, stream: string) =>
      mayKeep() ? (folds.get(key(aggregate, stream)) as Fold<S> | undefined) : undefined,
    set: (aggregate, stream, fold) => {
      if (fold.epoch !== epoch || !mayKeep()) return;
      const present = folds.peek(key(aggregate, stream));
      // A slower reader may come later with less.
      if (present && (present.revision ?? -1n) > (fold.revision ?? -1n)) return;
      folds.set(key(aggregate, stream), fold);
    },
    delete: (aggregate, stream) => void folds.delete(key(aggregate, stream)),
    forget: (subject) => {
      epoch += 1;
      for (const [entry, fold] of folds.entries()) {
        if (subject === null || fold.subjects.has(subject)) folds.delete(entry);
        else fold.epoch = epoch;
      }
    },
    epoch: () => epoch,
  };
}
