import { type Expected } from '../log/check-append.js';
import { isWritable } from '../log/decide.js';
import { InvalidRequest } from '../log/errors.js';
import { isMetastream, numberOf, type ProposedEvent } from '../log/event.js';
import { readUuid } from './uuid.js';
import { type StreamIdentifier, type UUID } from '@eventstore/db-client/generated/shared_pb';

/** What the messages of Append and BatchAppend have in common. */
interface ProposedMessage {
  getId(): UUID | undefined;
  getMetadataMap(): { get(key: string): string | undefined };
  getCustomMetadata_asU8(): Uint8Array;
  getData_asU8(): Uint8Array;
}

/** Throws InvalidRequest when the id or the type is missing. */
export function readProposed(message: ProposedMessage): ProposedEvent {
  const type = message.getMetadataMap().get('type');
  if (!type || type.includes('\0')) throw new InvalidRequest('An event needs a type, without NUL.');
  return {
    id: readUuid(message.getId()),
    type,
    isJson: message.getMetadataMap().get('content-type') === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** The name as text; it travels as bytes. */
export const streamNameOf = (identifier: StreamIdentifier | undefined): string =>
  identifier === undefined ? '' : Buffer.from(identifier.getStreamName_asU8()).toString('utf8');

const longestName = 600;

/** A name that may be appended to: at most 600 characters. Throws InvalidRequest. */
export function writableStream(identifier: StreamIdentifier | undefined): string {
  const stream = streamNameOf(identifier);
  // A name is a key of an index: NUL is no text there, and long names do not fit.
  if (!isWritable(stream) || stream.includes('\0') || stream.length > longestName)
    throw new InvalidRequest(`"${stream}" is not a stream that can be written.`);
  return stream;
}

/** A name that may be deleted: metadata streams live and die with theirs. Throws InvalidRequest. */
export function deletableStream(identifier: StreamIdentifier | undefined): string {
  const stream = writableStream(identifier);
  if (isMetastream(stream)) throw new InvalidRequest(`"${stream}" holds metadata and cannot be deleted by itself.`);
  return stream;
}

/** Every request names its expected revision in the same four forms. */
interface ExpectedOptions {
  hasNoStream(): boolean;
  hasStreamExists(): boolean;
}

/** @param revision - the exact revision where the request has one */
export function readExpected(options: ExpectedOptions, revision: string | undefined): Expected {
  if (revision !== undefined) return { kind: 'revision', revision: numberOf(revision), text: revision };
  if (options.hasNoStream()) return { kind: 'no_stream' };
  if (options.hasStreamExists()) return { kind: 'stream_exists' };
  return { kind: 'any' };
}
