import { type EventNodeOptions } from './node.js';

const defaultPort = 2113;

/** Reads the environment. Throws an Error whose message names the variable and what it wants. */
export function readConfig(env: NodeJS.ProcessEnv): { port: number; store: EventNodeOptions['store'] } {
  const port = env['EVENT_NODE_PORT'] === undefined ? defaultPort : Number(env['EVENT_NODE_PORT']);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error('EVENT_NODE_PORT must be a port number; 0 takes a free one.');
  }
  return { port, store: readStore(env) };
}

function readStore(env: NodeJS.ProcessEnv): EventNodeOptions['store'] {
  const url = env['EVENT_NODE_DATABASE_URL'];
  const kind = env['EVENT_NODE_STORE'] ?? 'postgres';
  if (kind === 'memory') return 'memory';
  if (kind !== 'postgres') throw new Error('EVENT_NODE_STORE must be "memory" or "postgres".');
  if (!url) throw new Error('EVENT_NODE_DATABASE_URL must name the PostgreSQL database that holds the events.');
  return { postgresUrl: url };
}
