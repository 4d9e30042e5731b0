import {
  MaxAppendSizeExceededError,
  StreamDeletedError,
  WrongExpectedVersionError,
  type EventData,
} from '@eventstore/db-client';
import { backoffMs, pause } from './backoff.js';
import type { Connection } from './connection.js';
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
  const options = { expectedRevision: expected ?? 'no_stream', deadline: timeoutMs } as const;
  for (let attempt = 1; ; attempt++) {
    try {
      const result = await connection.appends.run(timeoutMs, (client) =>
        client.appendToStream(stream, events, options),
      );
      return { kind: 'written', revision: result.nextExpectedRevision, position: result.position ?? null };
    } catch (error) {
      if (error instanceof WrongExpectedVersionError) return { kind: 'conflict' };
      if (error instanceof MaxAppendSizeExceededError) throw tooLarge(error);
      if (error instanceof StreamDeletedError) throw streamDeleted(error);
      if (attempt === tries) throw unavailable(error);
      await pause(backoffMs(backoff, attempt));
    }
  }
}
