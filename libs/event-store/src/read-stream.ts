import type { AllStreamResolvedEvent, ResolvedEvent, StreamingRead } from '@eventstore/db-client';
import type { ReadAllOptions, ReadStreamOptions } from './event-store.js';
import { pull } from './read.js';
import { openedEvent, sealedEvent } from './recorded.js';
import type { StoreParts } from './store-parts.js';
import type { StoredEvent } from './stored-event.js';

/** Events of one stream. */
export async function* readStream(
  parts: StoreParts,
  stream: string,
  { from, to, backwards = false, limit, open = true }: ReadStreamOptions = {},
): AsyncGenerator<StoredEvent> {
  const most = mostEvents({ from, to, backwards, limit });
  if (most === 0n) return;
  let read = 0n;
  const start = (last: ResolvedEvent | undefined): StreamingRead<ResolvedEvent> => {
    const step = backwards ? -1n : 1n;
    const fromRevision = last?.event ? last.event.revision + step : from;
    return parts.connection.reader.readStream(stream, {
      fromRevision: fromRevision ?? (backwards ? 'end' : 'start'),
      direction: backwards ? 'backwards' : 'forwards',
      ...(most === undefined ? {} : { maxCount: most - read }),
    });
  };
  for await (const { event: recorded } of pull(start, parts.readTimeoutMs)) {
    if (!recorded) continue;
    if (to !== undefined && (backwards ? recorded.revision < to : recorded.revision > to)) return;
    read += 1n;
    yield open
      ? (await openedEvent(recorded, parts.catalogue, parts.keys)).event
      : sealedEvent(recorded, parts.catalogue);
    // Nothing is left below the first event, and a revision cannot be negative.
    if (backwards && recorded.revision === 0n) return;
    if (most !== undefined && read === most) return;
  }
}

/** The most a read may yield, undefined without a bound, so that the server ends it by itself. */
function mostEvents({ from, to, backwards, limit }: ReadStreamOptions): bigint | undefined {
  const bounds: bigint[] = [];
  if (limit !== undefined) bounds.push(BigInt(limit));
  const first = from ?? (backwards ? undefined : 0n);
  if (to !== undefined && first !== undefined) bounds.push(backwards ? first - to + 1n : to - first + 1n);
  if (bounds.length === 0) return undefined;
  const least = bounds.reduce((a, b) => (a < b ? a : b));
  return least < 0n ? 0n : least;
}

/** Everything in order, without the store's own events. */
export async function* readAll(
  parts: StoreParts,
  { from, backwards = false, limit, open = true }: ReadAllOptions = {},
): AsyncGenerator<StoredEvent> {
  if (limit === 0) return;
  let read = 0;
  let lastId: string | undefined;
  const start = (last: AllStreamResolvedEvent | undefined): StreamingRead<AllStreamResolvedEvent> => {
    lastId = last?.event?.id;
    return parts.connection.reader.readAll({
      fromPosition: last?.event?.position ?? from ?? (backwards ? 'end' : 'start'),
      direction: backwards ? 'backwards' : 'forwards',
    });
  };
  for await (const { event: recorded } of pull(start, parts.readTimeoutMs)) {
    // A forwards read that was taken up again starts with the event it broke after.
    if (!recorded || recorded.type.startsWith('$') || recorded.id === lastId) continue;
    read += 1;
    yield open
      ? (await openedEvent(recorded, parts.catalogue, parts.keys)).event
      : sealedEvent(recorded, parts.catalogue);
    if (limit !== undefined && read === limit) return;
  }
}
