import type { StreamingRead, ResolvedEvent } from '@eventstore/db-client';
import type { Aggregate } from './aggregate.js';
import { known } from './catalogue.js';
import { emptyFold, foldedWith, type Fold } from './fold.js';
import { pull } from './read.js';
import { isKnownPosition, openedEvent } from './recorded.js';
import type { StoreParts } from './store-parts.js';

/** The cached fold as it stands, unless a key it was opened with is gone: then nothing made with it may be used. */
export async function cachedFold<S>(
  parts: StoreParts,
  aggregate: Aggregate<S>,
  stream: string,
): Promise<Fold<S> | undefined> {
  const fold = parts.folds.get(aggregate, stream);
  if (!fold) return undefined;
  for (const id of fold.keyIds) {
    if ((await parts.keys.find(id)) === 'erased') {
      parts.folds.delete(aggregate, stream);
      return undefined;
    }
  }
  return fold;
}

/** The present fold: the cached one and the tail of the stream after it. */
export async function presentFold<S>(parts: StoreParts, aggregate: Aggregate<S>, stream: string): Promise<Fold<S>> {
  const epoch = parts.folds.epoch();
  const start = (await cachedFold(parts, aggregate, stream)) ?? emptyFold(aggregate, epoch);
  const fold = await foldFrom(parts, aggregate, stream, start);
  if (fold.revision !== null) parts.folds.set(aggregate, stream, fold);
  return fold;
}

/**
 * Folds a stream onwards from a fold, up to `to` when given.
 * @throws Error for an event without a contract: state made without it would be wrong
 */
export async function foldFrom<S>(
  parts: StoreParts,
  aggregate: Aggregate<S>,
  stream: string,
  start: Fold<S>,
  to?: bigint,
): Promise<Fold<S>> {
  let fold = start;
  const open = (): StreamingRead<ResolvedEvent> =>
    parts.connection.reader.readStream(stream, {
      fromRevision: fold.revision === null ? 'start' : fold.revision + 1n,
      ...(to === undefined ? {} : { maxCount: to - (fold.revision ?? -1n) }),
    });
  for await (const { event: recorded } of pull(open, parts.readTimeoutMs)) {
    if (!recorded) continue;
    known(parts.catalogue, recorded.type);
    const opened = openedEvent(recorded, parts.catalogue, parts.keys);
    const { event, keyIds, subject } = opened instanceof Promise ? await opened : opened;
    const position = isKnownPosition(event.position) ? event.position : null;
    fold = foldedWith(aggregate, fold, { ...event, position });
    for (const id of keyIds) fold.keyIds.add(id);
    if (subject !== undefined) fold.subjects.add(subject);
  }
  return fold;
}
