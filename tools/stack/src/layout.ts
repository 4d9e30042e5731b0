import { join, resolve } from 'node:path';

/** A process of the embedded stack, in the order it starts. */
export type ServiceName = 'identity' | 'profile' | 'activity' | 'export' | 'gateway';

/** Where everything of one embedded stack stands: folders, ports, addresses. */
export interface Layout {
  root: string;
  dataDir: string;
  postgresDir: string;
  keysDir: string;
  logsDir: string;
  runDir: string;
  mailDir: string;
  objectsDir: string;
  /** Second place of the audit logs' signed checkpoints. */
  witnessDir: string;
  tracesDir: string;
  ports: Record<ServiceName | 'event_node', number>;
  /** Ports of the metrics endpoints: never reachable from outside the machine. */
  metricsPorts: Record<ServiceName, number>;
  url: string;
}

const defaults = { gateway: 8080, identity: 8081, profile: 8082, activity: 8083, export: 8084, event_node: 2113 };

/**
 * Reads the layout from the environment: `DATA_DIR`, `GATEWAY_PORT`, `IDENTITY_PORT` … `EVENT_NODE_PORT`.
 * @throws Error with one line when a port is not a port.
 */
export function readLayout(root: string, env: NodeJS.ProcessEnv = process.env): Layout {
  const dataDir = resolve(root, env.DATA_DIR ?? '.data');
  const ports = Object.fromEntries(
    Object.entries(defaults).map(([name, port]) => [name, readPort(`${name.toUpperCase()}_PORT`, port, env)]),
  ) as Layout['ports'];
  const metricsPorts = Object.fromEntries(
    (['gateway', 'identity', 'profile', 'activity', 'export'] as const).map((name) => [name, ports[name] + 1000]),
  ) as Layout['metricsPorts'];
  return {
    root,
    dataDir,
    postgresDir: join(dataDir, 'postgres'),
    keysDir: join(dataDir, 'keys'),
    logsDir: join(dataDir, 'logs'),
    runDir: join(dataDir, 'run'),
    mailDir: join(dataDir, 'mail'),
    objectsDir: join(dataDir, 'objects'),
    witnessDir: join(dataDir, 'audit-witness'),
    tracesDir: join(dataDir, 'traces'),
    ports,
    metricsPorts,
    url: `http://127.0.0.1:${ports.gateway}`,
  };
}

function readPort(name: string, otherwise: number, env: NodeJS.ProcessEnv): number {
  const value = env[name];
  if (value === undefined || value === '') return otherwise;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 64_000) {
    throw new Error(`${name} is "${value}": a port between 1 and 64000 is needed`);
  }
  return port;
}
