import { generateKey } from '@annals/auth';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { baseConfig, type ConfigError, defineConfig, processConfig, readConfig } from './config.js';

const schema = z.object({ ...baseConfig, USER_SESSION_TIMEOUT: z.coerce.number().int().min(60).default(3600) });
let env: Record<string, string>;

beforeAll(async () => {
  const { privateJwk, publicJwk } = await generateKey('svc:profile');
  env = {
    PORT: '8082',
    DATABASE_URL: 'postgres://profile_app@127.0.0.1/annals_profile',
    DATABASE_OWNER_URL: 'postgresql://profile_owner@127.0.0.1/annals_profile',
    KEYS_DATABASE_URL: 'postgres://keys_app@127.0.0.1/annals_keys',
    KEY_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    EVENTSTORE_URL: 'esdb://127.0.0.1:2113?tls=false',
    CONTEXT_SIGNING_KEY: JSON.stringify(privateJwk),
    CONTEXT_KEYS: JSON.stringify({ keys: [publicJwk] }),
  };
});

const linesFor = (changes: Record<string, string | undefined>) => {
  try {
    readConfig(schema, { ...env, ...changes });
    return [];
  } catch (error) {
    return (error as ConfigError).lines;
  }
};

describe('the configuration', () => {
  it('is read into what the program uses', () => {
    const config = readConfig(schema, { ...env, KAFKA_BROKERS: 'a:9092, b:9092', TRACE_RATIO: '0.1' });
    expect(config).toMatchObject({
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      PORT: 8082,
      LOG_LEVEL: 'info',
      KAFKA_BROKERS: ['a:9092', 'b:9092'],
      USER_SESSION_TIMEOUT: 3600,
      TRACE_RATIO: 0.1,
      CONTEXT_SIGNING_KEY: { kid: 'svc:profile' },
    });
    expect(config.KEY_ENCRYPTION_KEY).toEqual(Buffer.alloc(32, 1));
    expect(config.OTEL_EXPORTER_OTLP_ENDPOINT).toBeUndefined();
  });

  it('takes a key from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'annals-config-'));
    const file = join(folder, 'kek');
    writeFileSync(file, `${Buffer.alloc(32, 2).toString('base64')}\n`);
    expect(readConfig(schema, { ...env, KEY_ENCRYPTION_KEY: `file:${file}` }).KEY_ENCRYPTION_KEY).toEqual(
      Buffer.alloc(32, 2),
    );
    rmSync(folder, { recursive: true });
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    ['a missing setting', { DATABASE_URL: undefined }, 'DATABASE_URL is missing'],
    ['an empty setting, which compose files make of a missing one', { PORT: '' }, 'PORT is missing'],
    ['another kind of URL', { DATABASE_URL: 'mysql://x' }, 'DATABASE_URL is a postgres:// URL'],
    ['another store', { EVENTSTORE_URL: 'http://x' }, 'EVENTSTORE_URL is an esdb:// URL'],
    [
      'a short key',
      { KEY_ENCRYPTION_KEY: 'c2hvcnQ=' },
      'KEY_ENCRYPTION_KEY is 32 bytes in base64, or file:<path of a file with them>',
    ],
    ['a key that is no JWK', { CONTEXT_SIGNING_KEY: '{}' }, 'CONTEXT_SIGNING_KEY a private JWK has kid, x and d'],
    ['keys that are not there', { CONTEXT_KEYS: '/no/such/file' }, 'CONTEXT_KEYS cannot read /no/such/file'],
  ])('%s is one line', (_, changes, line) => {
    expect(linesFor(changes)).toEqual([line]);
  });

  it('a number that is none, out of range, or a level that does not exist', () => {
    const lines = linesFor({ PORT: 'eighty', USER_SESSION_TIMEOUT: '5', LOG_LEVEL: 'loud', TRACE_RATIO: '2' });
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'PORT',
      'LOG_LEVEL',
      'TRACE_RATIO',
      'USER_SESSION_TIMEOUT',
    ]);
  });

  it('never shows a value', () => {
    const lines = linesFor({
      DATABASE_URL: 'mysql://user:secret@x',
      KEY_ENCRYPTION_KEY: 'secret',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'secret',
    });
    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toContain('secret');
  });

  it('explains each setting, for the documents that are generated from it', () => {
    for (const [name, setting] of Object.entries(baseConfig))
      expect([name, setting.description]).toEqual([name, expect.any(String)]);
  });
});

describe('a process whose configuration does not hold', () => {
  it('prints one line per problem and ends with 1', () => {
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    const exit = jest.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${code}`);
    });
    expect(() => defineConfig(z.object(processConfig), { PORT: 'x' })).toThrow('exit 1');
    expect(write.mock.calls.join()).toMatch(
      /^The configuration does not hold:\n {2}PORT .*\n {2}CONTEXT_SIGNING_KEY is missing\n {2}CONTEXT_KEYS is missing\n$/,
    );
    write.mockRestore();
    exit.mockRestore();
  });

  it('passes on an error that is not about the configuration', () => {
    const broken = z.object({
      X: z.string().transform(() => {
        throw new RangeError('a bug');
      }),
    });
    expect(() => defineConfig(broken, { X: '1' })).toThrow(RangeError);
  });

  it('goes on when it does hold', () => {
    expect(defineConfig(schema, env).PORT).toBe(8082);
  });
});
