import { readPrivateKey, readPublicKeys } from '@annals/auth';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, 'is a postgres:// URL');

/** A setting that a function reads; what that throws becomes the one line that the start prints. */
export function readWith<T>(read: (text: string) => T) {
  return z.string().transform((text, context): T => {
    try {
      return read(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message.replace(/^[A-Z_]+: /, '') });
      return z.NEVER;
    }
  });
}

/** 32 bytes in base64, or `file:` and the path of a file that holds them so. */
function readKey(text: string): Buffer {
  const encoded = text.startsWith('file:') ? readFileSync(text.slice('file:'.length), 'utf8').trim() : text;
  const key = Buffer.from(encoded, 'base64');
  if (key.length !== 32) throw new Error('is 32 bytes in base64, or file:<path of a file with them>');
  return key;
}

/** A setting of 32 secret bytes: in base64, or in a file of its own as containers get them. */
export const secretKey = readWith(readKey);

/** Settings of every process. */
export const processConfig = {
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development').describe('Kind of installation'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on'),
  PORT: port.describe('Port to listen on'),
  METRICS_PORT: port.optional().describe('Inside port of /metrics; none when unset'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('Least level that is logged'),
  CONTEXT_SIGNING_KEY: readWith(readPrivateKey).describe("This process's private key, a JWK as JSON or a path"),
  CONTEXT_KEYS: readWith(readPublicKeys).describe('Public keys of all processes, a JWK set as JSON or a path'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('OTLP/HTTP collector of traces'),
  TRACE_DIR: z.string().optional().describe('Folder for local spans, read by npm run trace'),
  TRACE_RATIO: z.coerce.number().min(0).max(1).default(1).describe('Share of requests that are traced'),
};

/** Settings of every process with stores. */
export const storeConfig = {
  DATABASE_URL: postgresUrl.describe('Database of the service, as its runtime role'),
  DATABASE_OWNER_URL: postgresUrl.describe('The same database as its owner, for migrations'),
  KEYS_DATABASE_URL: postgresUrl.describe('Database of the subject keys'),
  KEY_ENCRYPTION_KEY: secretKey.describe('Wraps subject keys: 32 bytes in base64, or file:<path>'),
  EVENTSTORE_URL: z
    .string()
    .regex(/^(esdb|kurrentdb)(\+discover)?:\/\//, 'is an esdb:// URL')
    .describe('The event store'),
  BUS_DATABASE_URL: postgresUrl.optional().describe('Database of the embedded bus, when there is no Kafka'),
  KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((broker) => broker.trim()))
    .optional()
    .describe('Kafka brokers, host:port separated by commas'),
};

/** Settings of a service: spread into its own schema. */
export const baseConfig = { ...processConfig, ...storeConfig };

/** One line per setting that is missing or wrong. Values are not shown: they may be secrets. */
export class ConfigError extends Error {
  constructor(readonly lines: readonly string[]) {
    super(`The configuration does not hold:\n${lines.map((line) => `  ${line}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/** @throws ConfigError */
export function readConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): z.output<S> {
  // Compose files set what is unset to nothing: empty means not there.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map((issue) => lineOf(issue, given)));
}

function lineOf(issue: z.core.$ZodIssue, given: Readonly<Record<string, unknown>>): string {
  const name = issue.path.join('.') || 'configuration';
  return name in given || issue.code === 'custom' ? `${name} ${issue.message}` : `${name} is missing`;
}

/** Reads the configuration, or prints one line per problem and ends the process with 1. */
export function defineConfig<S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv = process.env): z.output<S> {
  try {
    return readConfig(schema, env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}
