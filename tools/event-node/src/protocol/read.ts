import { type EventLog } from '../log/event-log.js';
import { type RecordedEvent } from '../log/event.js';
import { readAll } from '../log/read-all.js';
import { lookUpStream, readStream } from '../log/read-stream.js';
import { encodeEvent } from './encode-event.js';
import { streamDeleted } from './errors.js';
import { type Outlet } from './outlet.js';
import { streamNotFound } from './read-answers.js';
import { type ReadRequest } from './read-request.js';

/** Answers a read that ends. A stream that does not exist is an answer; a tombstoned one is thrown. */
export async function read(log: EventLog, request: ReadRequest, outlet: Outlet): Promise<void> {
  const pages = await pagesOf(log, request);
  if (pages === undefined) {
    await outlet.send(streamNotFound(request.stream ?? ''));
    return;
  }
  let left = request.count ?? 0;
  for await (const page of pages) {
    for (const event of page) {
      if (left === 0 || outlet.signal.aborted) return;
      if (request.filter !== undefined && !request.filter.matches(event)) continue;
      left -= 1;
      const full = outlet.send(encodeEvent(event, request.uuidForm));
      if (full !== undefined) await full;
    }
    if (left === 0) return;
  }
}

async function pagesOf(log: EventLog, request: ReadRequest): Promise<AsyncGenerator<RecordedEvent[]> | undefined> {
  const { stream, from, direction } = request;
  const at = from.kind === 'at' ? from.at : from.kind === 'start' ? 0 : Number.MAX_SAFE_INTEGER;
  if (stream === undefined) return readAll(log, at, direction);
  const presence = await lookUpStream(log, stream);
  if (presence.kind === 'deleted') throw streamDeleted(stream);
  return presence.kind === 'found' ? readStream(log, stream, presence.state, at, direction) : undefined;
}
