import { type ServerReadableStream } from '@grpc/grpc-js';
import { Empty } from '@eventstore/db-client/generated/shared_pb';
import { type AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb';
import { type Expected } from '../log/check-append.js';
import { type WriteAnswer } from '../log/command.js';
import { AppendTooLarge, InvalidRequest } from '../log/errors.js';
import { type EventLog } from '../log/event-log.js';
import { type ProposedEvent, proposedSize } from '../log/event.js';
import { readExpected, readProposed, writableStream } from './append-request.js';
import { streamDeleted } from './errors.js';
import { maxAppendBytes } from './limits.js';

/**
 * Streams/Append: one call, one append; clients use it when a call carries its own credentials.
 * A wrong revision is an answer, not an error; everything else is thrown.
 */
export async function append(log: EventLog, call: ServerReadableStream<AppendReq, AppendResp>): Promise<AppendResp> {
  let options: AppendReq.Options | undefined;
  const events: ProposedEvent[] = [];
  let bytes = 0;
  for await (const request of call as AsyncIterable<AppendReq>) {
    options ??= request.getOptions();
    const message = request.getProposedMessage();
    if (message === undefined) continue;
    const event = readProposed(message);
    bytes += proposedSize(event);
    if (bytes > maxAppendBytes) throw new AppendTooLarge();
    events.push(event);
  }
  if (options === undefined) throw new InvalidRequest('An append starts with its options.');
  const stream = writableStream(options.getStreamIdentifier());
  const expected = readExpected(options, options.hasRevision() ? options.getRevision() : undefined);
  const answer = await log.write({ stream, expected, intent: { kind: 'append', events } });
  if (answer.kind === 'stream-deleted') throw streamDeleted(stream);
  return answer.kind === 'written' ? success(answer) : wrongVersion(expected, answer.current);
}

function success(answer: Extract<WriteAnswer, { kind: 'written' }>): AppendResp {
  const result = new AppendResp.Success();
  if (answer.revision < 0) result.setNoStream(new Empty());
  else result.setCurrentRevision(answer.revision.toString());
  if (answer.position === undefined) result.setNoPosition(new Empty());
  else {
    const position = answer.position.toString();
    result.setPosition(new AppendResp.Position().setCommitPosition(position).setPreparePosition(position));
  }
  return new AppendResp().setSuccess(result);
}

function wrongVersion(expected: Expected, current: number): AppendResp {
  const result = new AppendResp.WrongExpectedVersion();
  if (current < 0) result.setCurrentNoStream(new Empty());
  else result.setCurrentRevision(current.toString());
  switch (expected.kind) {
    case 'revision':
      result.setExpectedRevision(expected.text);
      break;
    case 'no_stream':
      result.setExpectedNoStream(new Empty());
      break;
    case 'stream_exists':
      result.setExpectedStreamExists(new Empty());
      break;
    case 'any':
      result.setExpectedAny(new Empty());
  }
  return new AppendResp().setWrongExpectedVersion(result);
}
