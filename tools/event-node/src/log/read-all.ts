import { type EventLog } from './event-log.js';
import { type RecordedEvent } from './event.js';
import { growingPages } from './page-size.js';
import { type Direction } from './store.js';

/** The whole log page by page: forwards `from` is included, backwards it is not. Ends where the log ended when that page was read. */
export async function* readAll(log: EventLog, from: number, direction: Direction): AsyncGenerator<RecordedEvent[]> {
  const pages = growingPages();
  let next = from;
  for (;;) {
    const limit = pages.limit();
    const page =
      direction === 'forwards' && log.tail.covers(next - 1)
        ? log.tail.after(next - 1, limit)
        : await log.store.readAll(next, direction, limit);
    const last = page.at(-1);
    if (last === undefined) return;
    pages.saw(page);
    yield page;
    if (page.length < limit) return;
    next = direction === 'forwards' ? last.position + 1 : last.position;
  }
}
