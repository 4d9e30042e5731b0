import { ReadReq } from '@eventstore/db-client/generated/streams_pb';
import { InvalidRequest } from '../log/errors.js';
import { numberOf } from '../log/event.js';
import { type Direction } from '../log/store.js';
import { streamNameOf } from './append-request.js';
import { type UuidForm } from './encode-event.js';
import { type EventFilter, readFilter } from './filter.js';

/** Where to begin: a revision of a stream, or a position of `$all`. */
export type From = { kind: 'start' } | { kind: 'end' } | { kind: 'at'; at: number };

export interface ReadRequest {
  /** Undefined means `$all`. */
  stream: string | undefined;
  from: From;
  direction: Direction;
  /** Most events to give; undefined for a subscription, which has no end. */
  count: number | undefined;
  filter: EventFilter | undefined;
  uuidForm: UuidForm;
}

/** Throws InvalidRequest. Links are not resolved: only projections write them, and this node has none. */
export function readRequest(request: ReadReq): ReadRequest {
  const options = request.getOptions();
  if (options === undefined) throw new InvalidRequest('A read carries its options.');
  const { ReadDirection } = ReadReq.Options;
  const filter = options.getFilter();
  const [stream, from] = target(options);
  return {
    stream,
    from,
    direction: options.getReadDirection() === ReadDirection.BACKWARDS ? 'backwards' : 'forwards',
    count: options.hasSubscription() ? undefined : numberOf(options.getCount()),
    filter: filter === undefined || stream !== undefined ? undefined : readFilter(filter),
    uuidForm: options.getUuidOption()?.hasStructured() ? 'structured' : 'string',
  };
}

function target(options: ReadReq.Options): [stream: string | undefined, from: From] {
  const ofStream = options.getStream();
  if (ofStream !== undefined) {
    const stream = streamNameOf(ofStream.getStreamIdentifier());
    if (stream === '') throw new InvalidRequest('A read names its stream.');
    if (ofStream.hasRevision()) return [stream, { kind: 'at', at: numberOf(ofStream.getRevision()) }];
    return [stream, { kind: ofStream.hasEnd() ? 'end' : 'start' }];
  }
  const ofAll = options.getAll();
  if (ofAll === undefined) throw new InvalidRequest('A read names a stream or asks for all.');
  const position = ofAll.getPosition();
  if (position !== undefined) return [undefined, { kind: 'at', at: numberOf(position.getCommitPosition()) }];
  return [undefined, { kind: ofAll.hasEnd() ? 'end' : 'start' }];
}
