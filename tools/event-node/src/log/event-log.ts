import { type CommitSignal, createCommitSignal } from './commit-signal.js';
import { type WriteAnswer, type WriteCommand } from './command.js';
import { createRecentIds } from './recent-ids.js';
import { createStateCache, type StateCache } from './state-cache.js';
import { type Store } from './store.js';
import { createTail, type Tail } from './tail.js';
import { createWriter } from './writer.js';

/** The log of one store: a single writer, and what readers need to follow it. */
export interface EventLog {
  readonly store: Store;
  readonly states: StateCache;
  readonly tail: Tail;
  readonly commits: CommitSignal;
  now(): number;
  write(command: WriteCommand): Promise<WriteAnswer>;
  close(): Promise<void>;
}

export type StoreState =
  /** Another node writes this store. */
  { kind: 'waiting' } | { kind: 'lost'; cause: unknown } | { kind: 'recovered'; position: number };

export interface EventLogOptions {
  store: Store;
  /** Milliseconds since the epoch. */
  now?: () => number;
  /** Told when the store is lost and when it is back. */
  onStore?: (state: StoreState) => void;
}

const firstPauseMs = 50;
const longestPauseMs = 2_000;

/** Opens the store, which makes this process its only writer, and reads where the log ends. Rejects when the store refuses. */
export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  const { store, now = Date.now, onStore = () => undefined } = options;
  const states = createStateCache(store);
  const recent = createRecentIds();
  const tail = createTail();
  const commits = createCommitSignal();
  const closing = new AbortController();
  let lastPosition = 0;

  async function start(): Promise<void> {
    lastPosition = await store.open({
      waiting: () => {
        onStore({ kind: 'waiting' });
      },
      lost: (cause) => {
        writer.interrupt(cause);
      },
    });
    // Everything cached may rest on a group whose outcome was unknown; what the store holds now is the truth.
    states.forget();
    recent.forget();
    tail.restart(lastPosition);
    commits.announce(lastPosition);
  }

  async function recover(cause: unknown): Promise<boolean> {
    states.forget();
    onStore({ kind: 'lost', cause });
    for (let pause = firstPauseMs; !closing.signal.aborted; pause = Math.min(pause * 2, longestPauseMs)) {
      try {
        await start();
        return true;
      } catch (error) {
        onStore({ kind: 'lost', cause: error });
        await pauseFor(pause, closing.signal);
      }
    }
    return false;
  }

  const writer = createWriter({
    store,
    states,
    recent,
    now,
    lastPosition: () => lastPosition,
    committed: (draft) => {
      lastPosition = draft.events.at(-1)?.position ?? lastPosition;
      for (const [stream, state] of draft.changed) states.put(stream, state);
      recent.remember(draft.events);
      tail.push(draft.events);
      commits.announce(lastPosition);
    },
    recover,
    recovered: () => {
      onStore({ kind: 'recovered', position: lastPosition });
    },
  });

  await start();
  return {
    store,
    states,
    tail,
    commits,
    now,
    write: (command) => writer.write(command),
    close: async () => {
      closing.abort();
      await store.close();
    },
  };
}

/** Waits, or less when the log closes meanwhile. */
function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener('abort', done);
  });
}
