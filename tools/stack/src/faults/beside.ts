import { serviceEnvironment } from '../environment.js';
import { ensureKeys } from '../keys.js';
import type { ServiceName } from '../layout.js';
import { freePorts } from '../story/free-ports.js';
import { type LaunchedStack } from '../story/launched-stack.js';
import { databaseUrl } from '../story/stored-events.js';
import { startProcess, type OwnProcess } from './own-process.js';

/** A second process of a service beside the one of a running stack, with the same stores and keys. */
export interface Beside extends OwnProcess {
  url: string;
}

/** @param changes settings over those of the first process, as another `IDENTITY_URL` */
export async function startBeside(
  stack: LaunchedStack,
  service: ServiceName,
  changes: NodeJS.ProcessEnv = {},
): Promise<Beside> {
  const { layout } = stack;
  const [port, metricsPort] = await freePorts(2);
  const env = serviceEnvironment(service, {
    layout,
    keys: ensureKeys(layout.keysDir),
    postgres: { url: (database, role) => databaseUrl(layout, database, role) },
  });
  const own = { PORT: String(port), METRICS_PORT: String(metricsPort) };
  const started = startProcess(layout.root, `apps/${service}/dist/main.js`, { ...env, ...own, ...changes });
  return { ...started, url: `http://127.0.0.1:${port}` };
}
