import { type ServerDuplexStream } from '@grpc/grpc-js';
import { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb';
import { type BatchAppendReq, type BatchAppendResp } from '@eventstore/db-client/generated/streams_pb';
import { DeadlinePassed, InvalidRequest } from '../log/errors.js';
import { type EventLog } from '../log/event-log.js';
import { readExpected, writableStream } from './append-request.js';
import { answerOf, refusalOf } from './batch-append-answer.js';
import { type AssembledAppend, createAssembly } from './batch-assembly.js';
import { callError } from './errors.js';
import { maxAppendsInFlight } from './limits.js';
import { readUuid } from './uuid.js';

/**
 * Streams/BatchAppend: the long-lived call through which clients send all their appends. Each correlation id is answered exactly once, in the order in
 * which appends become durable. When the store is lost the call ends with UNAVAILABLE, which fails everything the client still waits for on it.
 */
export function batchAppend(log: EventLog, call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void {
  const assembly = createAssembly();
  let inFlight = 0;
  let reading = true;
  let failed = false;

  const fail = (error: unknown) => {
    if (failed) return;
    failed = true;
    call.emit('error', callError(error));
  };

  async function answer(frame: BatchAppendReq, assembled: AssembledAppend): Promise<void> {
    const response = await carryOut(log, assembled);
    response.setCorrelationId(frame.getCorrelationId());
    response.setStreamIdentifier(assembled.identifier ?? new StreamIdentifier());
    if (!failed && !call.cancelled) call.write(response);
  }

  function settled(): void {
    inFlight -= 1;
    // Not reading on is what slows a client down; it may go on when half is answered.
    if (inFlight <= maxAppendsInFlight / 2 && call.isPaused()) call.resume();
    if (inFlight === 0 && !reading && !failed) call.end();
  }

  function take(frame: BatchAppendReq): void {
    const assembled = assembly.add(readUuid(frame.getCorrelationId()), frame);
    if (assembled === undefined) return;
    inFlight += 1;
    if (inFlight >= maxAppendsInFlight) call.pause();
    answer(frame, assembled).catch(fail).finally(settled);
  }

  call.on('data', (frame: BatchAppendReq) => {
    try {
      take(frame);
    } catch (error) {
      fail(error);
    }
  });
  call.on('end', () => {
    reading = false;
    if (inFlight === 0 && !failed) call.end();
  });
  call.on('cancelled', () => {
    failed = true;
  });
}

async function carryOut(log: EventLog, { options, content }: AssembledAppend): Promise<BatchAppendResp> {
  try {
    if (content.kind === 'refused') throw content.error;
    if (options === undefined) throw new InvalidRequest('An append carries its options.');
    const expected = readExpected(options, options.hasStreamPosition() ? options.getStreamPosition() : undefined);
    const stream = writableStream(options.getStreamIdentifier());
    const deadline = options.getDeadline()?.toDate().getTime();
    const intent = { kind: 'append', events: content.events } as const;
    const writing = log.write({ stream, expected, intent, ...(deadline === undefined ? {} : { deadline }) });
    const answer = await (deadline === undefined ? writing : untilDeadline(writing, deadline - log.now()));
    return answerOf(answer, expected);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    return refusal;
  }
}

/** An append that began may still become durable after its deadline: the client does not know, as with the real server, and repeats it by id. */
function untilDeadline<T>(promise: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        reject(new DeadlinePassed('The append was not durable before its deadline.'));
      },
      Math.max(milliseconds, 1),
    );
    promise.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}
