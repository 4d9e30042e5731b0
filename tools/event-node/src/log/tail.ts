import { type RecordedEvent } from './event.js';

/** The newest part of the log in memory, so that live subscribers never ask the store. */
export interface Tail {
  /** True when every event after `position` is in memory. */
  covers(position: number): boolean;
  /** Events strictly after `position`, at most `limit`. Only right where `covers` says so. */
  after(position: number, limit: number): RecordedEvent[];
  push(events: readonly RecordedEvent[]): void;
  /** Forgets everything; from now on events after `position` are kept. */
  restart(position: number): void;
}

/** @param maxEvents - most events kept; @param maxBytes - most bytes of data and metadata kept. The older half goes when either is passed. */
export function createTail(maxEvents = 20_000, maxBytes = 32 * 1024 * 1024): Tail {
  let events: RecordedEvent[] = [];
  let bytes = 0;
  let floor = 0;
  const sizeOf = (event: RecordedEvent) => event.data.length + event.metadata.length;

  const indexAfter = (position: number): number => {
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((events[middle]?.position ?? Infinity) > position) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  return {
    covers: (position) => position >= floor,
    after: (position, limit) => {
      const start = indexAfter(position);
      return events.slice(start, start + limit);
    },
    push: (more) => {
      for (const event of more) {
        events.push(event);
        bytes += sizeOf(event);
      }
      // Dropping half at a time keeps the cost per event constant.
      while (events.length > 0 && (events.length > maxEvents || bytes > maxBytes)) {
        const dropped = events.splice(0, Math.ceil(events.length / 2));
        for (const event of dropped) bytes -= sizeOf(event);
        floor = dropped.at(-1)?.position ?? floor;
      }
    },
    restart: (position) => {
      events = [];
      bytes = 0;
      floor = position;
    },
  };
}
