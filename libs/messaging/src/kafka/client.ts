import { Kafka, logLevel, type KafkaConfig, type LogEntry, type RetryOptions } from 'kafkajs';
import { type Logger } from '../logger.js';
import { patchRequestQueue } from './request-queue.js';

patchRequestQueue();

/** A few quick tries inside the client; what lasts longer is the business of whoever supervises it. */
export const shortRetry: RetryOptions = {
  initialRetryTime: 100,
  maxRetryTime: 1_000,
  factor: 0.2,
  multiplier: 2,
  retries: 6,
};

export function createClient(brokers: readonly string[], clientId: string, logger: Logger): Kafka {
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    retry: shortRetry,
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => log(logger, entry),
  };
  return new Kafka(config);
}

function log(logger: Logger, { level, namespace, log: { message, timestamp: _, ...fields } }: LogEntry): void {
  const text = `kafka ${namespace}: ${message}`;
  // What the client calls an error it usually tries again; whoever gives up reports the error.
  if (level <= logLevel.WARN) logger.warn(fields, text);
}
