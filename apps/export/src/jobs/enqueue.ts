import { Problem } from '@annals/contracts';
import type { MessageHandler } from '@annals/messaging';
import { notify } from '@annals/postgres';
import { z } from 'zod';

/** Channel that wakes the workers. */
export const jobChannel = 'export_jobs';

export const jobTopic = 'export.jobs.v1';

/** What a job message says. Its context, bound to the message, says for whom. */
export const ExportJob = z.strictObject({ account_id: z.uuid(), export_id: z.uuid(), user_id: z.uuid() });

/**
 * Takes a job off the bus: one row, in the transaction that moves the offset.
 * @throws Problem 403 `job-mismatch` when message and context speak of different people; the message is parked
 */
export const enqueueExport: MessageHandler = async (message, context, tx) => {
  if (message.type !== 'export.requested.v1') return;
  const job = ExportJob.parse(message.data);
  if (context.account_id !== job.account_id || context.user_id !== job.user_id) {
    throw new Problem(403, 'job-mismatch', 'The job is for somebody else than its context says');
  }
  const { request_id, transaction_id, correlation_id, causation_id, traceparent, timestamp } = context;
  const request = { request_id, transaction_id, correlation_id, causation_id, traceparent, timestamp };
  await tx.query(
    'insert into export_job (export_id, account, requested_by, request) values ($1, $2, $3, $4) on conflict do nothing',
    [job.export_id, job.account_id, job.user_id, JSON.stringify({ ...request, ip_address: null, user_agent: null })],
  );
  await notify(tx, jobChannel, job.export_id);
};
