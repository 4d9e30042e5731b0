import { type Expected } from './check-append.js';
import { type ProposedEvent } from './event.js';

/** One write, decided and made durable as a whole. */
export interface WriteCommand {
  stream: string;
  expected: Expected;
  intent: { kind: 'append'; events: readonly ProposedEvent[] } | { kind: 'delete' } | { kind: 'tombstone' };
  /** Milliseconds since the epoch after which nobody waits for the answer. */
  deadline?: number;
}

export type WriteAnswer =
  /** `revision` is -1 and `position` absent after an append of nothing to a stream that was never written. */
  | { kind: 'written'; revision: number; position: number | undefined }
  | { kind: 'wrong-revision'; current: number }
  | { kind: 'stream-deleted' };
