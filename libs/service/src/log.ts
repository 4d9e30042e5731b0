import pino, { type DestinationStream } from 'pino';
import { currentScope } from './telemetry/scope.js';

/** The fields a log line may have. Everything else is left out and only named: personal data cannot slip in. */
export const logFields = [
  'account_id',
  'attempt',
  'category',
  'checks',
  'code',
  'command_id',
  'correlation_id',
  'count',
  'delay_ms',
  'dependency',
  'duration_ms',
  'event_id',
  'event_type',
  'group',
  'host',
  'job_id',
  'key',
  'kind',
  'lag',
  'limit',
  'message_id',
  'method',
  'name',
  'offset',
  'partition',
  'pid',
  'port',
  'position',
  'principal',
  'projection',
  'reactor',
  'reason',
  'request_id',
  'result',
  'route',
  'service',
  'session_id',
  'signal',
  'source',
  'span_id',
  'state',
  'status',
  'stream',
  'topic',
  'trace_id',
  'user_id',
  'version',
] as const;
export type LogField = (typeof logFields)[number];
export type LogValue = string | number | boolean | null | undefined;
export type LogFields = Readonly<Partial<Record<LogField, LogValue>> & { error?: unknown }>;

export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
  /** The same log with fields on every line. */
  child(fields: LogFields): Logger;
}

export interface LoggerOptions {
  service: string;
  level?: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Standard output unless said. */
  destination?: DestinationStream;
}

const allowedFields: ReadonlySet<string> = new Set(logFields);

/** JSON lines, with trace, span, request and account id of the request in which they are written. */
export function createLogger(options: LoggerOptions): Logger {
  const { service, level = 'info', destination = pino.destination({ sync: false }) } = options;
  const log = pino(
    {
      level,
      base: { service, pid: process.pid },
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: () => ({ ...currentScope() }),
    },
    destination,
  );
  return over(log, {});
}

function over(log: pino.Logger, always: LogFields): Logger {
  return {
    debug: (fields, message) => log.isLevelEnabled('debug') && log.debug(pick({ ...always, ...fields }), message),
    info: (fields, message) => log.info(pick({ ...always, ...fields }), message),
    warn: (fields, message) => log.warn(pick({ ...always, ...fields }), message),
    error: (fields, message) => log.error(pick({ ...always, ...fields }), message),
    child: (fields) => over(log, { ...always, ...fields }),
  };
}

function pick(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const line: Record<string, unknown> = {};
  const left: string[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'error') line.error = describeError(value, 3);
    else if (allowedFields.has(name) && (value === null || typeof value !== 'object')) line[name] = value;
    else left.push(name);
  }
  if (left.length > 0) line.fields_left_out = left;
  return line;
}

/** Name, code, message and stack of an error and of what caused it; never its other members, which hold values. */
function describeError(error: unknown, depth: number): unknown {
  if (!(error instanceof Error)) return error === undefined ? undefined : { message: typeof error };
  const { name, message, stack, cause } = error;
  const code = (error as { code?: unknown }).code;
  return {
    name,
    message,
    ...(typeof code === 'string' && { code }),
    stack,
    ...(cause !== undefined && depth > 0 && { cause: describeError(cause, depth - 1) }),
  };
}
