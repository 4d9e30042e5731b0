import { Any } from 'google-protobuf/google/protobuf/any_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { Code } from '@eventstore/db-client/generated/code_pb';
import {
  AllStreamPosition,
  BadRequest,
  MaximumAppendSizeExceeded,
  StreamDeleted,
  Timeout,
  WrongExpectedVersion,
} from '@eventstore/db-client/generated/shared_pb';
import { Status } from '@eventstore/db-client/generated/status_pb';
import { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import { type Expected } from '../log/check-append.js';
import { type WriteAnswer } from '../log/command.js';
import { AppendTooLarge, DeadlinePassed, InvalidRequest } from '../log/errors.js';
import { maxAppendBytes } from './limits.js';

/** Errors travel inside the answer as `google.rpc.Status`; clients go by the type of its details. */
function failure(code: Code, message: string, type: string, details: Uint8Array): BatchAppendResp {
  const any = new Any();
  any.pack(details, `event_store.client.${type}`);
  return new BatchAppendResp().setError(new Status().setCode(code).setMessage(message).setDetails(any));
}

export function answerOf(answer: WriteAnswer, expected: Expected): BatchAppendResp {
  switch (answer.kind) {
    case 'written':
      return success(answer.revision, answer.position);
    case 'wrong-revision':
      return wrongVersion(answer.current, expected);
    case 'stream-deleted':
      return failure(
        Code.FAILED_PRECONDITION,
        'The stream is deleted.',
        'StreamDeleted',
        new StreamDeleted().serializeBinary(),
      );
  }
}

/** The answer for an append that was refused for a reason of its own; undefined for an error that concerns the whole call. */
export function refusalOf(error: unknown): BatchAppendResp | undefined {
  if (error instanceof DeadlinePassed) {
    return failure(Code.DEADLINE_EXCEEDED, error.message, 'Timeout', new Timeout().serializeBinary());
  }
  if (error instanceof AppendTooLarge) {
    const details = new MaximumAppendSizeExceeded().setMaxappendsize(maxAppendBytes);
    return failure(
      Code.INVALID_ARGUMENT,
      'The append is too large.',
      'MaximumAppendSizeExceeded',
      details.serializeBinary(),
    );
  }
  if (error instanceof InvalidRequest) {
    const details = new BadRequest().setMessage(error.message);
    return failure(Code.INVALID_ARGUMENT, error.message, 'BadRequest', details.serializeBinary());
  }
  return undefined;
}

function success(revision: number, position: number | undefined): BatchAppendResp {
  const result = new BatchAppendResp.Success();
  if (revision < 0) result.setNoStream(new Empty());
  else result.setCurrentRevision(revision.toString());
  if (position === undefined) result.setNoPosition(new Empty());
  else {
    const text = position.toString();
    result.setPosition(new AllStreamPosition().setCommitPosition(text).setPreparePosition(text));
  }
  return new BatchAppendResp().setSuccess(result);
}

function wrongVersion(current: number, expected: Expected): BatchAppendResp {
  const details = new WrongExpectedVersion();
  if (current < 0) details.setCurrentNoStream(new Empty());
  else details.setCurrentStreamRevision(current.toString());
  switch (expected.kind) {
    case 'revision':
      details.setExpectedStreamPosition(expected.text);
      break;
    case 'no_stream':
      details.setExpectedNoStream(new Empty());
      break;
    case 'stream_exists':
      details.setExpectedStreamExists(new Empty());
      break;
    case 'any':
      details.setExpectedAny(new Empty());
  }
  return failure(
    Code.FAILED_PRECONDITION,
    'The stream is not at the expected revision.',
    'WrongExpectedVersion',
    details.serializeBinary(),
  );
}
