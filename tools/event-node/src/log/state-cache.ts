import { type Store } from './store.js';
import { type StreamState, unwritten } from './stream-state.js';

/** Durable states of streams, loaded when first asked for. */
export interface StateCache {
  get(streams: readonly string[]): Promise<Map<string, StreamState>>;
  /** A commit made this the state; wins over any load still under way. */
  put(stream: string, state: StreamState): void;
  forget(): void;
}

export function createStateCache(store: Store, capacity = 100_000): StateCache {
  const known = new Map<string, StreamState>();
  // A load that began before a commit must not overwrite what the commit knows: whoever put or forgot meanwhile has taken the ticket away.
  const loading = new Map<string, symbol>();

  const keep = (stream: string, state: StreamState) => {
    known.delete(stream);
    known.set(stream, state);
    for (const oldest of known.keys()) {
      if (known.size <= capacity) break;
      known.delete(oldest);
    }
  };

  async function load(streams: readonly string[]): Promise<Map<string, StreamState>> {
    const ticket = Symbol('load');
    for (const stream of streams) loading.set(stream, ticket);
    const loaded = await store.states(streams);
    for (const stream of streams) {
      const state = loaded.get(stream) ?? unwritten;
      loaded.set(stream, state);
      if (loading.get(stream) !== ticket) continue;
      loading.delete(stream);
      keep(stream, state);
    }
    return loaded;
  }

  return {
    get: async (streams) => {
      const found = new Map<string, StreamState>();
      const missing = new Set<string>();
      for (const stream of streams) {
        const state = known.get(stream);
        if (state === undefined) missing.add(stream);
        else found.set(stream, state);
      }
      if (missing.size > 0) for (const [stream, state] of await load([...missing])) found.set(stream, state);
      return found;
    },
    put: (stream, state) => {
      loading.delete(stream);
      keep(stream, state);
    },
    forget: () => {
      known.clear();
      loading.clear();
    },
  };
}
