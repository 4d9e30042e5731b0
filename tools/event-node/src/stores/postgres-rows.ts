import { type RecordedEvent, tombstoneRevision, tombstoneText } from '../log/event.js';

/** One table is the whole log. The unique index finds streams, and is a second guard against two events at one revision. */
export const schema = `create table if not exists events (
  position bigint primary key,
  stream text collate "C" not null,
  revision bigint not null,
  id uuid not null,
  type text not null,
  is_json boolean not null,
  created bigint not null,
  data bytea not null,
  metadata bytea not null,
  unique (stream, revision)
)`;

export const eventColumns = 'position, stream, revision, id, type, is_json, created, data, metadata';

/** As the driver gives it: 64-bit integers are text. */
export interface EventRow {
  position: string;
  stream: string;
  revision: string;
  id: string;
  type: string;
  is_json: boolean;
  created: string;
  data: Buffer;
  metadata: Buffer;
}

export const readRevision = (text: string): number => (text === tombstoneText ? tombstoneRevision : Number(text));

export const readEvent = (row: EventRow): RecordedEvent => ({
  position: Number(row.position),
  stream: row.stream,
  revision: readRevision(row.revision),
  id: row.id,
  type: row.type,
  isJson: row.is_json,
  created: Number(row.created),
  data: row.data,
  metadata: row.metadata,
});
