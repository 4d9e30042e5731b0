import { type RecordedEvent } from './event.js';

/** The last ids written, by stream: what makes a retry without an exact revision harmless for a while. */
export interface RecentIds {
  find(stream: string, id: string): number | undefined;
  remember(events: readonly RecordedEvent[]): void;
  forget(): void;
}

export function createRecentIds(capacity = 50_000): RecentIds {
  const revisions = new Map<string, number>();
  const key = (stream: string, id: string) => `${id} ${stream}`;
  return {
    find: (stream, id) => revisions.get(key(stream, id)),
    remember: (events) => {
      for (const event of events) revisions.set(key(event.stream, event.id), event.revision);
      for (const oldest of revisions.keys()) {
        if (revisions.size <= capacity) break;
        revisions.delete(oldest);
      }
    },
    forget: () => revisions.clear(),
  };
}
