import { Problem } from '@annals/contracts';
import type { MessageHandler } from '@annals/messaging';
import { notify } from '@annals/postgres';
import { z } from 'zod';

/** Channel that wakes the worker. */
export const importChannel = 'import_jobs';

/** What a job message says. Its context, bound to the message, says for whom. */
const ImportJob = z.strictObject({ account_id: z.uuid(), import_id: z.uuid(), user_id: z.uuid() });

/**
 * Takes a job off the bus: one row, in the transaction that moves the offset.
 * @throws Problem 403 `job-mismatch` when message and context speak of different people; the message is parked
 */
export const enqueueImport: MessageHandler = async (message, context, tx) => {
  if (message.type !== 'import.requested.v1') return;
  const job = ImportJob.parse(message.data);
  if (context.account_id !== job.account_id || context.user_id !== job.user_id) {
    throw new Problem(403, 'job-mismatch', 'The job is for somebody else than its context says');
  }
  const { request_id, transaction_id, correlation_id, causation_id, traceparent, timestamp } = context;
  const request = { request_id, transaction_id, correlation_id, causation_id, traceparent, timestamp };
  await tx.query(
    'insert into import_job (import_id, account, requested_by, request) values ($1, $2, $3, $4) on conflict do nothing',
    [job.import_id, job.account_id, job.user_id, JSON.stringify({ ...request, ip_address: null, user_agent: null })],
  );
  await notify(tx, importChannel, job.import_id);
};
