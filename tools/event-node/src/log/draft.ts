import { randomUUID } from 'node:crypto';
import {
  isMetastream,
  metastreamOf,
  originalOf,
  type ProposedEvent,
  type RecordedEvent,
  recordSize,
  tombstoneRevision,
} from './event.js';
import { parseMetadata, type StreamState, stateOfMetastream, unwritten } from './stream-state.js';

/** What one group commit is about to write: later commands of the group see what earlier ones decided. */
export interface Draft {
  readonly events: readonly RecordedEvent[];
  /** States this draft changes, by original stream. */
  readonly changed: ReadonlyMap<string, StreamState>;
  /** State by original stream. */
  about(original: string): StreamState;
  /** State by which an append to this very stream is judged; a metadata stream has its own head. */
  of(stream: string): StreamState;
  append(stream: string, events: readonly ProposedEvent[]): RecordedEvent | undefined;
  tombstone(stream: string): RecordedEvent;
  writeMetadata(original: string, metadata: Readonly<Record<string, unknown>> | string): RecordedEvent;
}

const systemEvent = (type: string, json: string): ProposedEvent => ({
  id: randomUUID(),
  type,
  isJson: true,
  data: Buffer.from(json),
  metadata: Buffer.alloc(0),
});

/**
 * @param states - durable states of every stream the group touches, by original stream
 * @param after - position of the last event in the log
 * @param created - milliseconds since the epoch
 */
export function createDraft(states: ReadonlyMap<string, StreamState>, after: number, created: number): Draft {
  const events: RecordedEvent[] = [];
  const changed = new Map<string, StreamState>();
  let position = after;

  const about = (original: string) => changed.get(original) ?? states.get(original) ?? unwritten;
  const of = (stream: string): StreamState =>
    isMetastream(stream)
      ? { ...stateOfMetastream(about(originalOf(stream))), head: about(originalOf(stream)).metaHead }
      : about(stream);

  function place(stream: string, event: ProposedEvent, revision: number): RecordedEvent {
    position += recordSize(stream, event);
    const recorded: RecordedEvent = { ...event, stream, revision, position, created };
    events.push(recorded);
    const original = originalOf(stream);
    const state = about(original);
    changed.set(
      original,
      isMetastream(stream)
        ? { ...state, metaHead: revision, metadata: parseMetadata(recorded) }
        : { ...state, head: revision },
    );
    return recorded;
  }

  const writeMetadata: Draft['writeMetadata'] = (original, metadata) => {
    const json = typeof metadata === 'string' ? metadata : JSON.stringify(metadata);
    return place(metastreamOf(original), systemEvent('$metadata', json), about(original).metaHead + 1);
  };

  return {
    events,
    changed,
    about,
    of,
    append: (stream, proposed) => {
      let last: RecordedEvent | undefined;
      let revision = of(stream).head;
      for (const event of proposed) last = place(stream, event, (revision += 1));
      return last;
    },
    tombstone: (stream) => place(stream, systemEvent('$streamDeleted', ''), tombstoneRevision),
    writeMetadata,
  };
}
