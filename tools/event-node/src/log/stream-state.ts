import { type RecordedEvent, tombstoneRevision } from './event.js';

/** What the log knows of one stream: its last revision and the rules in the newest event of its metadata stream. */
export interface StreamState {
  /** Last revision; -1 when never written, `tombstoneRevision` when tombstoned. */
  readonly head: number;
  /** Last revision of the metadata stream, -1 when there is none. */
  readonly metaHead: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export const unwritten: StreamState = { head: -1, metaHead: -1, metadata: {} };

// JSON.parse rounds 2^63 - 1 up to 2^63; both sides of the comparison round alike.
const softDeleteMark = 2 ** 63 - 1;

export const isTombstoned = (state: StreamState): boolean => state.head === tombstoneRevision;

/** Soft delete is nothing but metadata that truncates before the highest revision. */
export const isSoftDeleted = (state: StreamState): boolean => truncateBefore(state) >= softDeleteMark;

const positive = (value: unknown): number | undefined => (typeof value === 'number' && value > 0 ? value : undefined);

const truncateBefore = (state: StreamState): number => positive(state.metadata['$tb']) ?? 0;

/** Lowest revision that stream reads still show: the higher of `$tb` and what `$maxCount` leaves. */
export function lowestVisible(state: StreamState): number {
  const maxCount = positive(state.metadata['$maxCount']);
  return Math.max(truncateBefore(state), maxCount === undefined ? 0 : state.head - maxCount + 1);
}

/** Milliseconds since the epoch before which `$maxAge` (seconds) hides events; undefined when nothing ages. */
export function oldestVisible(state: StreamState, now: number): number | undefined {
  const maxAge = positive(state.metadata['$maxAge']);
  return maxAge === undefined ? undefined : now - maxAge * 1000;
}

/** The state a metadata stream's own reads go by: only its newest event counts, and a tombstone covers both. */
export function stateOfMetastream(about: StreamState): StreamState {
  return {
    head: isTombstoned(about) ? tombstoneRevision : about.metaHead,
    metaHead: -1,
    metadata: { $maxCount: 1 },
  };
}

/** Reads the JSON object of a metadata event; anything else means no rules, as on the real server. */
export function parseMetadata(event: Pick<RecordedEvent, 'data'>): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(event.data).toString('utf8'));
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** Metadata of a soft-deleted stream that is written again: everything stays, truncation moves to the first new revision. */
export const undeleted = (state: StreamState): Record<string, unknown> => ({ ...state.metadata, $tb: state.head + 1 });
