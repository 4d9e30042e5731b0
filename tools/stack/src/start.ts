import { join } from 'node:path';
import { annalsDatabases, provision } from '@annals/postgres';
import {
  eventNodeEnvironment,
  eventStoreUrl,
  serviceEnvironment,
  writeOperatorSettings,
  type Stores,
} from './environment.js';
import { keepPostgres } from './keep-postgres.js';
import { ensureKeys } from './keys.js';
import { readLayout, type Layout, type ServiceName } from './layout.js';
import { takenPorts } from './ports.js';
import { endLeftovers, superviseProcesses, type Processes } from './processes.js';
import { until } from './readiness.js';
import { forgetRunning, readRunning, writeRunning } from './running.js';
import { seedDemo } from './seed.js';
import { signInTable } from './sign-ins.js';

const services: readonly ServiceName[] = ['identity', 'profile', 'activity', 'export', 'gateway'];

const startedAt = Date.now();
const say = (line: string) => console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s  ${line}`);

/** Refuses with one line per reason when this stack cannot start. */
async function refuseIfImpossible(layout: Layout): Promise<void> {
  const running = readRunning(layout);
  if (running) throw new Error(`Annals runs on ${layout.dataDir} already (process ${running.pid}, ${running.url}).`);
  const ended = await endLeftovers(layout.runDir);
  if (ended.length > 0) say(`ended what an earlier start left behind: ${ended.join(', ')}`);
  const taken = await takenPorts(layout);
  if (taken.length > 0) throw new Error(taken.join('\n'));
}

async function startStores(layout: Layout): Promise<Stores> {
  const keys = ensureKeys(layout.keysDir);
  const postgres = await keepPostgres(layout.postgresDir, say);
  say(`PostgreSQL on port ${postgres.port}, data in ${layout.postgresDir}`);
  await provision(postgres.superuserUrl('postgres'), annalsDatabases, (role) => postgres.passwordOf(role));
  return { layout, keys, postgres };
}

async function startProcesses(stores: Stores, processes: Processes): Promise<void> {
  const { layout } = stores;
  const script = (path: string) => join(layout.root, path);
  if (!process.env.EVENTSTORE_URL) {
    processes.start({
      name: 'event-node',
      script: script('tools/event-node/dist/main.js'),
      env: eventNodeEnvironment(stores),
    });
  }
  for (const service of services) {
    processes.start({
      name: service,
      script: script(`apps/${service}/dist/main.js`),
      env: serviceEnvironment(service, stores),
    });
  }
  await Promise.all(
    services.map(async (service) => {
      await until(`http://127.0.0.1:${layout.ports[service]}/readyz`, service, join(layout.logsDir, `${service}.log`));
      say(`${service} is ready on port ${layout.ports[service]}`);
    }),
  );
}

async function run(): Promise<void> {
  const layout = readLayout(process.cwd());
  await refuseIfImpossible(layout);
  const stores = await startStores(layout);
  const processes = superviseProcesses(layout, say);
  let stopping: Promise<void> | undefined;
  const stop = (reason: string) =>
    (stopping ??= (async () => {
      say(`${reason}: stopping`);
      await processes.stop();
      await stores.postgres.stop();
      forgetRunning(layout);
      say('stopped; the data stays in ' + layout.dataDir);
      process.exit(process.exitCode ?? 0);
    })());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(signal));
  try {
    writeOperatorSettings(stores);
    writeRunning(layout, {
      pid: process.pid,
      url: layout.url,
      event_store_url: eventStoreUrl(layout),
      postgres_port: stores.postgres.port,
      started_at: new Date().toISOString(),
    });
    await startProcesses(stores, processes);
    if (process.env.SEED_DEMO !== 'false') await seedDemo(stores, say);
    say('Annals is ready');
    console.log(signInTable(layout));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
    await stop('the start failed');
  }
}

run().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
