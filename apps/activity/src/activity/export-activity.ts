import { type ActivityEntry, type ActivityExportQuery, exportActivityRoute as route } from '@annals/contracts';
import { type EventStore } from '@annals/event-store';
import { type Pool } from '@annals/postgres';
import { csvLine, type MountedRoute, mount, type Response } from '@annals/service';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { whose } from './narrowed.js';
import { places } from './places.js';
import { filterNamesOf, recordAccess } from './record-access.js';
import { walkEntries } from './walk-entries.js';

/**
 * GET /users/activity/export: the log as it is now, as a file of any length in constant memory. That it was taken is a
 * fact of the log, written before the first byte leaves.
 */
export function exportActivity(pool: Pool, store: EventStore): MountedRoute {
  const open = places(50, 2);
  return mount(route, async ({ context, query, commandId, now, raw }) => {
    const about = whose(context, query.user_id);
    const reader = context.user_id!;
    const { format, sort_order, user_id: _whose, ...filter } = query;
    const { type, line, first } = forms[format];
    const headers = {
      'content-type': type,
      'content-disposition': `attachment; filename="activity-${now.slice(0, 10)}.${format}"`,
    };
    const text = () => textOf(walkEntries(pool, store, { about, reader, filter, order: sort_order }), line, first);
    // Whoever asks for the head alone takes nothing.
    if (raw.method === 'HEAD') return { status: 200, headers, stream: (res) => send(res, text()) };
    const leave = open.take(reader);
    const data = {
      ...{ account_id: about.accountId, user_id: about.userId, exported_by: reader },
      ...{ format, filters: filterNamesOf(filter), exported_at: now },
    };
    try {
      await recordAccess(store, { type: 'ActivityExported', data }, { context, commandId, now });
    } catch (error) {
      leave();
      throw error;
    }
    return { status: 200, headers, stream: (res) => send(res, text()).finally(leave) };
  });
}

const columns = [
  ...(['occurred_at', 'recorded_at', 'type', 'category', 'tags', 'source', 'device', 'network', 'session_id'] as const),
  ...(['request_id', 'id', 'account_id', 'user_id', 'position', 'data'] as const),
];

const cellOf = (value: ActivityEntry[keyof ActivityEntry]): string => {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.join(' ') : JSON.stringify(value);
};

interface Form {
  type: string;
  first: string;
  line: (entry: ActivityEntry) => string;
}

const forms: Readonly<Record<ActivityExportQuery['format'], Form>> = {
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    first: csvLine(columns),
    line: (entry) => csvLine(columns.map((column) => cellOf(entry[column]))),
  },
  ndjson: { type: 'application/x-ndjson', first: '', line: (entry) => `${JSON.stringify(entry)}\n` },
};

async function* textOf(
  pages: AsyncIterable<readonly ActivityEntry[]>,
  line: Form['line'],
  first: string,
): AsyncGenerator<string> {
  if (first !== '') yield first;
  for await (const entries of pages) yield entries.map(line).join('');
}

/** No faster than the client reads. One that goes away ends the walk, and is nobody's failure. */
async function send(res: Response, text: AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(text, { objectMode: true, highWaterMark: 1 }), res);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}
