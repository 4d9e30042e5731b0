import { createLogger, type Logger } from './log.js';

export interface RecordedLog {
  logger: Logger;
  /** Every line so far. */
  lines: Record<string, unknown>[];
}

/** A log whose lines a test can read. It is the real one, so what it leaves out is left out here too. */
export function recordedLog(service = 'test'): RecordedLog {
  const lines: Record<string, unknown>[] = [];
  const destination = {
    write: (text: string) => void lines.push(JSON.parse(text) as Record<string, unknown>),
  };
  return { logger: createLogger({ service, level: 'debug', destination }), lines };
}
