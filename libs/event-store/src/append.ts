import {
  MaxAppendSizeExceededError,
  StreamDeletedError,
  WrongExpectedVersionError,
  type AppendResult,
  type EventData,
  type EventStoreDBClient,
} from '@eventstore/db-client';
import { backoffMs, pause } from './backoff.js';
import type { Connection } from './connection.js';
import { TookTooLong, within } from './deadline.js';
import type { Position } from './position.js';
import { streamDeleted, tooLarge, unavailable } from './problems.js';

export type Appended =
  | { kind: 'written'; revision: bigint; position: Position | null }
  /** Somebody else wrote at this revision. */
  | { kind: 'conflict' };

const tries = 3;
const backoff = { first: 50, cap: 500 };

/**
 * Appends at an exact revision (null: to a stream that does not exist). When the outcome of a try is unknown, the
 * very same append is sent again, the server recognises its event ids at that revision, and so it lands once.
 * @throws Problem 503 `event-store-unavailable` when it stays unknown, 413 `event-too-large`, 410 `stream-deleted`
 */
export async function append(
  connection: Connection,
  stream: string,
  events: EventData[],
  expected: bigint | null,
  timeoutMs: number,
): Promise<Appended> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryOnce(connection, stream, events, expected, timeoutMs);
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) return { kind: 'conflict' };
      if (error instanceof MaxAppendSizeExceededError) throw tooLarge(error);
      if (error instanceof StreamDeletedError) throw streamDeleted(error);
      if (attempt === tries) throw unavailable(error);
      await pause(backoffMs(backoff, attempt));
    }
  }
}

/** One try, as a whole no longer than the timeout. */
async function tryOnce(
  connection: Connection,
  stream: string,
  events: EventData[],
  expected: bigint | null,
  timeoutMs: number,
): Promise<Appended> {
  let client: EventStoreDBClient | undefined;
  let leave = (): void => undefined;
  let abandoned = false;
  const stillWanted = (): void => {
    if (abandoned) throw new TookTooLong(timeoutMs);
  };
  const work = async (): Promise<AppendResult> => {
    const place = await connection.enter();
    if (abandoned) place();
    stillWanted();
    leave = place;
    const writer = await connection.writer();
    stillWanted();
    client = writer;
    return writer.appendToStream(stream, events, { expectedRevision: expected ?? 'no_stream', deadline: timeoutMs });
  };
  try {
    const { nextExpectedRevision, position } = await within(timeoutMs, work());
    return { kind: 'written', revision: nextExpectedRevision, position: position ?? null };
  } catch (error) {
    // Its stream may have ended without a word, or the link is dead: later appends must not follow it there.
    if (error instanceof TookTooLong && client) connection.replaceWriter(client);
    throw error;
  } finally {
    abandoned = true;
    leave();
  }
}
