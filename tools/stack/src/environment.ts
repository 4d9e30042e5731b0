import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RunningPostgres } from '@annals/embedded-postgres';
import type { StackKeys } from './keys.js';
import type { Layout, ServiceName } from './layout.js';

export interface Stores {
  layout: Layout;
  keys: StackKeys;
  postgres: RunningPostgres;
}

/** What the environment of a process is made of. */
export type Surroundings = Omit<Stores, 'postgres'> & { postgres: Pick<RunningPostgres, 'url'> };

/** Settings that a caller may pass through to the services of the embedded stack. */
const passedThrough = [
  ...['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'NODE_OPTIONS', 'LOG_LEVEL', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  ...['REDIS_URL', 'KAFKA_BROKERS', 'SMTP_URL', 'JWT_ISSUERS', 'CORS_ORIGINS', 'TRACE_RATIO', 'TRUSTED_PROXIES'],
  ...[
    'USER_SESSION_TIMEOUT',
    'MAX_LOGIN_ATTEMPTS',
    'PASSWORD_MIN_LENGTH',
    'USER_DATA_EXPORT_LIMIT',
    'REQUIRE_VERIFIED_EMAIL',
    'EXPORTS_PER_PERSON',
    'EXPORTS_PER_ACCOUNT',
  ],
  ...['SESSION_LIFETIME', 'ELEVATED_SESSION_TIMEOUT', 'ELEVATED_SESSION_LIFETIME', 'GEOIP_DATABASE'],
  ...['VERIFICATION_EVIDENCE_DAYS', 'ERASURE_GRACE_HOURS'],
  ...['USER_ACTIVITY_RETENTION_DAYS', 'ANALYTICS_RETENTION_DAYS', 'AUDIT_RETENTION_DAYS', 'AUDIT_RETENTION_FLOOR_DAYS'],
  ...['SECURITY_RETENTION_DAYS', 'RATE_LIMIT_PER_MINUTE', 'RATE_LIMIT_PER_MINUTE_ADDRESS', 'SERVER_TIMING'],
];

/** Settings that identity alone may see. */
const forIdentity = ['AUTH0_DOMAIN', 'AUTH0_CLIENT_ID', 'AUTH0_CLIENT_SECRET', 'AUTH0_CONNECTION'];

const given = (names: readonly string[]): NodeJS.ProcessEnv =>
  Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));

/** Address of the event store: the caller's own, else the embedded node's. */
export const eventStoreUrl = (layout: Layout): string =>
  process.env.EVENTSTORE_URL ?? `esdb://127.0.0.1:${layout.ports.event_node}?tls=false`;

/** Where objects are kept: the caller's own store, else a folder of the stack. */
const objectsUrl = (layout: Layout): string => process.env.OBJECTS_URL || pathToFileURL(layout.objectsDir).href;

/** Environment of one service: what it needs and nothing of its neighbours. */
export function serviceEnvironment(service: ServiceName, { layout, keys, postgres }: Surroundings): NodeJS.ProcessEnv {
  const principal = service === 'gateway' ? 'gateway' : `svc:${service}`;
  const shared: NodeJS.ProcessEnv = {
    ...given(passedThrough),
    NODE_ENV: 'development',
    HOST: '127.0.0.1',
    PORT: String(layout.ports[service]),
    METRICS_PORT: String(layout.metricsPorts[service]),
    PUBLIC_URL: layout.url,
    CONTEXT_SIGNING_KEY: keys.signing[principal],
    CONTEXT_KEYS: keys.publicKeys,
    TRACE_DIR: layout.tracesDir,
    IDENTITY_URL: `http://127.0.0.1:${layout.ports.identity}`,
  };
  const upstreams = Object.fromEntries(
    (['profile', 'activity', 'export'] as const).map((name) => [
      `${name.toUpperCase()}_URL`,
      `http://127.0.0.1:${layout.ports[name]}`,
    ]),
  );
  if (service === 'gateway') return { ...shared, ...upstreams };
  return {
    ...shared,
    DATABASE_URL: postgres.url(`annals_${service}`, `${service}_app`),
    DATABASE_OWNER_URL: postgres.url(`annals_${service}`, `${service}_owner`),
    KEYS_DATABASE_URL: postgres.url('annals_keys', 'keys_app'),
    KEY_ENCRYPTION_KEY: keys.keyEncryptionKey,
    BUS_DATABASE_URL: postgres.url('annals_bus', 'bus_app'),
    EVENTSTORE_URL: eventStoreUrl(layout),
    ...(service === 'identity' ? given(forIdentity) : {}),
    ...(service === 'identity' ? { LOOKUP_SECRET: keys.lookupSecret, DEV_MAIL: 'true', MAIL_DIR: layout.mailDir } : {}),
    ...(service === 'export'
      ? { ...upstreams, OBJECTS_URL: objectsUrl(layout), ERASURE_SIGNING_KEY: keys.erasureSigning }
      : {}),
    ...(service === 'activity' ? upstreams : {}),
    ...(service === 'activity'
      ? {
          AUDIT_SIGNING_KEY: keys.auditSigning,
          AUDIT_WITNESS_URL: process.env.AUDIT_WITNESS_URL || pathToFileURL(layout.witnessDir).href,
          ANALYTICS_SECRET: keys.analyticsSecret,
        }
      : {}),
    ...(service === 'profile' ? { OBJECTS_URL: objectsUrl(layout), LOOKUP_SECRET: keys.lookupSecret } : {}),
  };
}

/** Environment of the event node. */
export function eventNodeEnvironment({ layout, postgres }: Surroundings): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    EVENT_NODE_PORT: String(layout.ports.event_node),
    EVENT_NODE_STORE: 'postgres',
    EVENT_NODE_DATABASE_URL: postgres.url('annals_events', 'events_app'),
  };
}

/** Leaves the addresses that the command-line tools need in a file that only its owner reads. */
export function writeOperatorSettings({ layout, keys, postgres }: Stores): void {
  mkdirSync(layout.keysDir, { recursive: true, mode: 0o700 });
  const settings = {
    EVENTSTORE_URL: eventStoreUrl(layout),
    KEYS_DATABASE_URL: postgres.url('annals_keys', 'keys_app'),
    KEY_ENCRYPTION_KEY: keys.keyEncryptionKey,
  };
  const file = join(layout.keysDir, 'operator.json');
  writeFileSync(`${file}.new`, JSON.stringify(settings, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
