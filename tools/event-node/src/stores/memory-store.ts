import { metastreamOf, type RecordedEvent } from '../log/event.js';
import { type Direction, type Store } from '../log/store.js';
import { parseMetadata, type StreamState } from '../log/stream-state.js';

/** Index of the first event for which `reached` holds; the events are sorted by it. */
function firstIndex(events: readonly RecordedEvent[], reached: (event: RecordedEvent) => boolean): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const event = events[middle];
    if (event !== undefined && reached(event)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Keeps everything in this process and forgets it with it: for unit tests and trials. */
export function memoryStore(): Store {
  let all: RecordedEvent[] = [];
  const streams = new Map<string, RecordedEvent[]>();
  let last = 0;

  const page = (events: readonly RecordedEvent[], split: number, direction: Direction, limit: number) =>
    direction === 'forwards'
      ? events.slice(split, split + limit)
      : events.slice(Math.max(0, split - limit), split).reverse();

  const stateOf = (stream: string): StreamState => {
    const meta = streams.get(metastreamOf(stream))?.at(-1);
    return {
      head: streams.get(stream)?.at(-1)?.revision ?? -1,
      metaHead: meta?.revision ?? -1,
      metadata: meta === undefined ? {} : parseMetadata(meta),
    };
  };

  return {
    open: async () => last,
    append: async (events) => {
      for (const event of events) {
        all.push(event);
        const stream = streams.get(event.stream);
        if (stream === undefined) streams.set(event.stream, [event]);
        else stream.push(event);
        last = event.position;
      }
    },
    readStream: async (stream, from, direction, limit) => {
      const events = streams.get(stream) ?? [];
      const split = firstIndex(events, (event) =>
        direction === 'forwards' ? event.revision >= from : event.revision > from,
      );
      return page(events, split, direction, limit);
    },
    readAll: async (from, direction, limit) =>
      page(
        all,
        firstIndex(all, (event) => event.position >= from),
        direction,
        limit,
      ),
    states: async (names) => new Map(names.map((name) => [name, stateOf(name)])),
    truncate: async (stream, revision, olderThan) => {
      const events = streams.get(stream) ?? [];
      const gone = new Set(events.filter((event) => event.revision < revision && event.created < olderThan));
      streams.set(
        stream,
        events.filter((event) => !gone.has(event)),
      );
      all = all.filter((event) => !gone.has(event));
      return gone.size;
    },
    streamsAfter: async (name, limit) =>
      [...streams.keys()]
        .filter((stream) => stream > name)
        .sort()
        .slice(0, limit),
    close: async () => undefined,
  };
}
