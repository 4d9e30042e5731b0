import { createPool, type Rows } from '@annals/postgres';
import { StoreUnavailable } from '../log/errors.js';
import { type RecordedEvent, revisionText } from '../log/event.js';
import { type Store } from '../log/store.js';
import { parseMetadata, type StreamState, unwritten } from '../log/stream-state.js';
import { type EventRow, eventColumns, readEvent, readRevision, schema } from './postgres-rows.js';
import { holdWriterConnection } from './writer-connection.js';

const maxReaders = 6;

/** Events in one table of a PostgreSQL database. Only the holder of the writer connection, of which there is one, ever inserts. */
export function postgresStore(url: string): Store {
  const readers = createPool({ url, max: maxReaders, applicationName: 'event-node-reader' });
  const writer = holdWriterConnection(url);

  async function read<R>(text: string, values: readonly unknown[]): Promise<Rows<R>> {
    try {
      return await readers.query<R>(text, values);
    } catch (cause) {
      throw new StoreUnavailable('The event store cannot reach its database.', { cause });
    }
  }

  return {
    open: async (watch) => {
      const connection = await writer.hold(watch);
      await connection.query(schema);
      const { rows } = await connection.query<{ last: string | null }>('select max(position) as last from events', []);
      return Number(rows[0]?.last ?? 0);
    },
    append: async (events) => {
      await writer.current().query(insert, columnsOf(events));
    },
    readStream: async (stream, from, direction, limit) => {
      const text = direction === 'forwards' ? streamForwards : streamBackwards;
      const { rows } = await read<EventRow>(text, [stream, revisionText(from), limit]);
      return rows.map(readEvent);
    },
    readAll: async (from, direction, limit) => {
      const text = direction === 'forwards' ? allForwards : allBackwards;
      const { rows } = await read<EventRow>(text, [from, limit]);
      return rows.map(readEvent);
    },
    states: async (streams) => {
      const { rows } = await read<StateRow>(states, [streams]);
      return new Map(rows.map((row) => [row.stream, readState(row)]));
    },
    truncate: async (stream, revision, olderThan) => {
      const { rowCount } = await read(truncate, [stream, revisionText(revision), olderThan]);
      return rowCount;
    },
    streamsAfter: async (name, limit) => {
      const { rows } = await read<{ stream: string }>(streamsAfter, [name, limit]);
      return rows.map((row) => row.stream);
    },
    close: async () => {
      await writer.release();
      await readers.end();
    },
  };
}

const insert = `insert into events (${eventColumns})
  select * from unnest($1::bigint[], $2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::boolean[], $7::bigint[], $8::bytea[], $9::bytea[])`;

/** The driver takes Buffers; this one looks at the same memory. */
const bytes = (data: Uint8Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** One array per column: one statement, prepared once, whatever the number of events. */
function columnsOf(events: readonly RecordedEvent[]): unknown[][] {
  return [
    events.map((event) => event.position),
    events.map((event) => event.stream),
    events.map((event) => revisionText(event.revision)),
    events.map((event) => event.id),
    events.map((event) => event.type),
    events.map((event) => event.isJson),
    events.map((event) => event.created),
    events.map((event) => bytes(event.data)),
    events.map((event) => bytes(event.metadata)),
  ];
}

const streamForwards = `select ${eventColumns} from events where stream = $1 and revision >= $2 order by revision limit $3`;
const streamBackwards = `select ${eventColumns} from events where stream = $1 and revision <= $2 order by revision desc limit $3`;
const allForwards = `select ${eventColumns} from events where position >= $1 order by position limit $2`;
const allBackwards = `select ${eventColumns} from events where position < $1 order by position desc limit $2`;
const truncate = 'delete from events where stream = $1 and revision < $2 and created < $3';

const states = `select asked.stream, head.revision as head, meta.revision as meta_head, meta.data as metadata
  from unnest($1::text[]) as asked(stream)
  left join lateral (select revision from events where stream = asked.stream order by revision desc limit 1) head on true
  left join lateral (select revision, data from events where stream = '$$' || asked.stream order by revision desc limit 1) meta on true`;

interface StateRow {
  stream: string;
  head: string | null;
  meta_head: string | null;
  metadata: Buffer | null;
}

const readState = (row: StateRow): StreamState => ({
  head: row.head === null ? unwritten.head : readRevision(row.head),
  metaHead: row.meta_head === null ? unwritten.metaHead : readRevision(row.meta_head),
  metadata: row.metadata === null ? {} : parseMetadata({ data: row.metadata }),
});

/** Jumps from name to name in the index instead of reading every event. */
const streamsAfter = `with recursive names as (
    (select stream from events where stream > $1 order by stream limit 1)
    union all
    select (select stream from events where stream > names.stream order by stream limit 1) from names where names.stream is not null
  ) select stream from names where stream is not null limit $2`;
