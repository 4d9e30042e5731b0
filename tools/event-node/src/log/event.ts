/**
 * Revisions and positions are plain numbers: a log of 2^53 bytes is out of reach of one machine, and numbers encode several times faster than bigints.
 * The one revision beyond that range is the tombstone's, 2^63 - 1 on the wire and on disk.
 */
export const tombstoneRevision = Number.MAX_SAFE_INTEGER;
export const tombstoneText = '9223372036854775807';

/** What a writer hands in: an event without its place in the log. */
export interface ProposedEvent {
  id: string;
  type: string;
  isJson: boolean;
  data: Uint8Array;
  metadata: Uint8Array;
}

/** An event at its place: `revision` counts within the stream from 0, `position` orders the whole log and has gaps. */
export interface RecordedEvent extends ProposedEvent {
  stream: string;
  revision: number;
  position: number;
  /** Milliseconds since the epoch. */
  created: number;
}

/** Size as the real server counts it against the append limit: data, metadata and the type in UTF-16. */
export const proposedSize = (event: ProposedEvent): number =>
  event.data.length + event.metadata.length + 2 * event.type.length;

const recordOverhead = 64;
/** What an event adds to the log's position: its size on an imaginary disk, so that `position + 1` is never the next event. */
export const recordSize = (stream: string, event: ProposedEvent): number =>
  recordOverhead + stream.length + proposedSize(event);

/** The stream that holds another stream's metadata. */
export const metastreamOf = (stream: string): string => `$$${stream}`;
export const isMetastream = (stream: string): boolean => stream.startsWith('$$');
/** The stream a metadata stream is about; any other stream is about itself. */
export const originalOf = (stream: string): string => (isMetastream(stream) ? stream.slice(2) : stream);

/** A revision as the wire and the disk write it. */
export const revisionText = (revision: number): string =>
  revision === tombstoneRevision ? tombstoneText : revision.toString();

/** Reads an unsigned 64-bit number; what does not fit a safe integer is as good as the highest one. */
export function numberOf(text: string): number {
  const value = Number(text);
  return value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : value;
}
