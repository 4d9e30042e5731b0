import { Metadata, status } from '@grpc/grpc-js';
import { AppendTooLarge, DeadlinePassed, InvalidRequest, StoreUnavailable } from '../log/errors.js';
import { maxAppendBytes } from './limits.js';

/** Trailers hold ASCII only; a stream name that is not goes percent-encoded rather than breaking the answer. */
const trailerValue = (text: string): string => (/^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text));

/** An error that already knows how its call ends. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure';
  readonly metadata = new Metadata();
  constructor(
    readonly code: status,
    readonly details: string,
    trailers: Readonly<Record<string, string>> = {},
  ) {
    super(details);
    for (const [name, value] of Object.entries(trailers)) this.metadata.set(name, trailerValue(value));
  }
}

/** Errors of unary and streaming calls as the real server words them (KurrentDB `RpcExceptions`): clients go by the `exception` trailer. */
export const streamDeleted = (stream: string): CallFailure =>
  new CallFailure(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': stream,
  });

/** @param current - last revision, -1 for none */
export const wrongExpectedVersion = (stream: string, expected: string, current: number): CallFailure =>
  new CallFailure(
    status.FAILED_PRECONDITION,
    `Append failed due to WrongExpectedVersion. Stream: ${stream}, Expected version: ${expected}, Actual version: ${current.toString()}`,
    {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': expected,
      ...(current >= 0 ? { 'actual-version': current.toString() } : {}),
    },
  );

export const maxAppendSizeExceeded = (): CallFailure =>
  new CallFailure(status.INVALID_ARGUMENT, `Maximum Append Size of ${maxAppendBytes.toString()} Exceeded.`, {
    exception: 'maximum-append-size-exceeded',
    'maximum-append-size': maxAppendBytes.toString(),
  });

/** The status of a call that failed for a reason of its own; anything unforeseen is INTERNAL and says what it was. */
export function callError(error: unknown): CallFailure {
  if (error instanceof CallFailure) return error;
  if (error instanceof StoreUnavailable) return new CallFailure(status.UNAVAILABLE, error.message);
  if (error instanceof DeadlinePassed) return new CallFailure(status.ABORTED, error.message);
  if (error instanceof InvalidRequest) return new CallFailure(status.INVALID_ARGUMENT, error.message);
  if (error instanceof AppendTooLarge) return maxAppendSizeExceeded();
  return new CallFailure(status.INTERNAL, error instanceof Error ? error.message : String(error));
}
