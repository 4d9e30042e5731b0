import { type RecordedEvent } from './event.js';

const smallest = 32;
const largest = 1024;
const fewBytes = 256 * 1024;
const manyBytes = 2 * 1024 * 1024;

/** Pages start small, for reads of a single stream, and grow while events are small: a page of the largest events stays within tens of megabytes. */
export function growingPages(): { limit(): number; saw(page: readonly RecordedEvent[]): void } {
  let limit = smallest;
  return {
    limit: () => limit,
    saw: (page) => {
      let bytes = 0;
      for (const event of page) bytes += event.data.length + event.metadata.length;
      if (bytes < fewBytes) limit = Math.min(limit * 2, largest);
      if (bytes > manyBytes) limit = Math.max(Math.floor(limit / 2), smallest / 4);
    },
  };
}
