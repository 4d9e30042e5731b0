import { Problem } from '@annals/contracts';

/** The store did not answer in time, or is away. The command may or may not have been written; repeating it is safe. */
export function unavailable(cause: unknown): Problem {
  return new Problem(
    503,
    'event-store-unavailable',
    'The event store does not answer; the same request can be sent again',
    {
      headers: { 'retry-after': '1' },
      cause,
    },
  );
}

export const staleRevision = (actual: bigint | null): Problem =>
  new Problem(
    412,
    'stale-revision',
    actual === null ? 'There is no such entity any more' : `The entity has changed since; it is at revision ${actual}`,
  );

export const concurrentChange = (): Problem =>
  new Problem(409, 'concurrent-change', 'Others changed the entity again and again meanwhile', {
    headers: { 'retry-after': '1' },
  });

export const idempotencyKeyReused = (): Problem =>
  new Problem(422, 'idempotency-key-reused', 'The idempotency key was used before with another request');

export const tooLarge = (cause: unknown): Problem =>
  new Problem(413, 'event-too-large', 'One change may hold at most 1 MiB of data', { cause });

export const streamDeleted = (cause: unknown): Problem =>
  new Problem(410, 'stream-deleted', 'The entity was deleted for good', { cause });
