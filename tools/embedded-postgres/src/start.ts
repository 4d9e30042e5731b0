import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { locateBinaries, postgresMajor, type Binaries } from './binaries.js';
import { ensureCluster } from './cluster.js';
import { choosePort } from './port.js';
import { isAlive, runningPostmaster, stopPostmaster, untilReady } from './postmaster.js';
import { openSecrets } from './secrets.js';
import { unprivilegedRunner, type Runner } from './unprivileged.js';

export interface PostgresOptions {
  /** Folder of the cluster, its port, passwords and log. Made when missing. */
  dataDir: string;
  /** Default: the port used before, else a free one. */
  port?: number;
  /** False only for throw-away clusters: nothing is flushed to disk and every local connection is trusted. Default true. */
  fsync?: boolean;
  /** Server settings over the launcher's own, as in `postgresql.conf`. */
  settings?: Readonly<Record<string, string>>;
}

export interface RunningPostgres {
  pid: number;
  port: number;
  logFile: string;
  /** URL of a database for a role; its password is made on first use. `provision` gives it to the role. */
  url(database: string, role: string): string;
  superuserUrl(database: string): string;
  /** The role's password, or undefined where connections are trusted. */
  passwordOf(role: string): string | undefined;
  /** Stops the server cleanly and waits for its end. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL on a data folder, or adopts the one that a killed launcher left running there.
 * @throws Error with a sentence for people: folder in use, port taken, cannot run on this machine.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const dataDir = resolve(options.dataDir);
  const folder = join(dataDir, `postgres-${postgresMajor}`);
  const logFile = join(dataDir, 'postgres.log');
  const launcherFile = join(dataDir, 'launcher.pid');
  const durable = options.fsync ?? true;
  mkdirSync(dataDir, { recursive: true });
  refuseSecondLauncher(dataDir, launcherFile, folder);
  const secrets = durable ? openSecrets(join(dataDir, 'passwords.json')) : undefined;
  const runner = unprivilegedRunner();
  if (!runningPostmaster(folder)) {
    const binaries = locateBinaries();
    ensureCluster(binaries, runner, { folder, durable, password: secrets?.passwordOf('postgres') });
    const wasKilled = existsSync(join(folder, 'postmaster.pid'));
    const port = await choosePort(options.port, join(dataDir, 'port'), wasKilled ? heldLimitMs : 0);
    const settings = { port: String(port), ...baseSettings, ...(durable ? {} : throwAway), ...options.settings };
    await launch(binaries, runner, folder, logFile, settings);
  }
  const { pid, port } = await untilReady(folder, 60_000, () =>
    runningPostmaster(folder) ? undefined : `The embedded PostgreSQL stopped while starting. ${tail(logFile)}`,
  );
  writeFileSync(launcherFile, `${process.pid}\n`);
  const url = (database: string, role: string) =>
    `postgres://${role}${secrets ? `:${secrets.passwordOf(role)}` : ''}@127.0.0.1:${port}/${database}`;
  return {
    pid,
    port,
    logFile,
    url,
    superuserUrl: (database) => url(database, 'postgres'),
    passwordOf: (role) => secrets?.passwordOf(role),
    async stop() {
      await stopPostmaster(pid);
      rmSync(launcherFile, { force: true });
    },
  };
}

const baseSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] %d ',
};

const throwAway = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off', autovacuum: 'off' };

/** Two live launchers on one folder would stop the server under each other. */
function refuseSecondLauncher(dataDir: string, launcherFile: string, folder: string): void {
  if (!existsSync(launcherFile) || !runningPostmaster(folder)) return;
  const launcher = Number(readFileSync(launcherFile, 'utf8'));
  if (launcher !== process.pid && isAlive(launcher)) {
    throw new Error(`${dataDir} is in use by process ${launcher}. Stop it, or choose another data folder.`);
  }
}

/** After a kill the dying processes hold the data for a moment longer, and PostgreSQL refuses to start beside them. */
const stillHeld = /lock file "postmaster.pid" already exists|pre-existing shared memory block/;
const heldLimitMs = 30_000;

async function launch(
  binaries: Binaries,
  runner: Runner,
  folder: string,
  logFile: string,
  settings: Record<string, string>,
): Promise<void> {
  const deadline = Date.now() + heldLimitMs;
  for (;;) {
    const reason = await launchOnce(binaries, runner, folder, logFile, settings);
    if (reason === undefined) return;
    if (!stillHeld.test(reason) || Date.now() > deadline) throw new Error(reason);
    await pause(50);
  }
}

/** @returns why it did not start, if it did not */
async function launchOnce(
  binaries: Binaries,
  runner: Runner,
  folder: string,
  logFile: string,
  settings: Record<string, string>,
): Promise<string | undefined> {
  const { file, args, ...account } = runner.command(binaries.postgres, [
    '-D',
    folder,
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ]);
  // A new file each time: processes of a killed server may still write to the old one.
  rmSync(logFile, { force: true });
  const log = openSync(logFile, 'a', 0o600);
  // Its own process group: Ctrl-C reaches the launcher alone, which first lets the services finish.
  const server = spawn(file, args, { detached: true, stdio: ['ignore', log, log], ...account });
  closeSync(log);
  await new Promise<void>((started, failed) => {
    server.once('spawn', started);
    server.once('error', failed);
  });
  server.unref();
  let reason: string | undefined;
  const ended = () => server.exitCode !== null || server.signalCode !== null;
  await untilReady(folder, 60_000, () => {
    if (ended()) reason = `The embedded PostgreSQL did not start. ${tail(logFile)}`;
    return reason;
  }).catch((error: unknown) => {
    if (reason === undefined) throw error;
  });
  return reason;
}

function tail(logFile: string): string {
  const lines = existsSync(logFile) ? readFileSync(logFile, 'utf8').trim().split('\n') : [];
  return `Its log ${logFile} ends with: ${lines.slice(-5).join(' | ')}`;
}
