import {
  DeleteResp,
  TombstoneResp,
  type DeleteReq,
  type TombstoneReq,
} from '@eventstore/db-client/generated/streams_pb';
import { type Expected } from '../log/check-append.js';
import { InvalidRequest } from '../log/errors.js';
import { type EventLog } from '../log/event-log.js';
import { deletableStream, readExpected } from './append-request.js';
import { streamDeleted, wrongExpectedVersion } from './errors.js';

type Options = DeleteReq.Options | TombstoneReq.Options;

/** The numbers by which the real server names expectations that are no revision. */
function expectedText(expected: Expected): string {
  switch (expected.kind) {
    case 'revision':
      return expected.text;
    case 'no_stream':
      return '-1';
    case 'any':
      return '-2';
    case 'stream_exists':
      return '-4';
  }
}

async function remove(log: EventLog, options: Options | undefined, kind: 'delete' | 'tombstone'): Promise<string> {
  if (options === undefined) throw new InvalidRequest('A delete names its stream.');
  const stream = deletableStream(options.getStreamIdentifier());
  const expected = readExpected(options, options.hasRevision() ? options.getRevision() : undefined);
  const answer = await log.write({ stream, expected, intent: { kind } });
  if (answer.kind === 'stream-deleted') throw streamDeleted(stream);
  if (answer.kind === 'wrong-revision') throw wrongExpectedVersion(stream, expectedText(expected), answer.current);
  return (answer.position ?? 0).toString();
}

/** Streams/Delete: hides the stream until somebody appends to it again. */
export async function softDelete(log: EventLog, request: DeleteReq): Promise<DeleteResp> {
  const position = await remove(log, request.getOptions(), 'delete');
  return new DeleteResp().setPosition(
    new DeleteResp.Position().setCommitPosition(position).setPreparePosition(position),
  );
}

/** Streams/Tombstone: closes the stream for ever. */
export async function tombstone(log: EventLog, request: TombstoneReq): Promise<TombstoneResp> {
  const position = await remove(log, request.getOptions(), 'tombstone');
  return new TombstoneResp().setPosition(
    new TombstoneResp.Position().setCommitPosition(position).setPreparePosition(position),
  );
}
