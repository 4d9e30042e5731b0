import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Binaries } from './binaries.js';
import type { Runner } from './unprivileged.js';

export interface ClusterOptions {
  folder: string;
  /** Superuser's password; without one every local connection is trusted (throw-away clusters only). */
  password?: string;
  /** False: the files are not flushed to disk, for clusters that do not outlive a test run. */
  durable: boolean;
}

/** Creates an empty cluster unless the folder already holds one. A creation that was cut short is started over. */
export function ensureCluster(binaries: Binaries, runner: Runner, options: ClusterOptions): void {
  const { folder } = options;
  const unfinished = `${folder}.unfinished`;
  if (existsSync(join(folder, 'PG_VERSION')) && !existsSync(unfinished)) return;
  writeFileSync(unfinished, '');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { mode: 0o700 });
  runner.handOver(folder);
  const passwordFile = `${folder}.password`;
  if (options.password !== undefined) {
    writeFileSync(passwordFile, options.password, { mode: 0o600 });
    runner.handOver(passwordFile);
  }
  try {
    initdb(binaries, runner, options, passwordFile);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  rmSync(unfinished);
}

function initdb(binaries: Binaries, runner: Runner, options: ClusterOptions, passwordFile: string): void {
  const auth = options.password === undefined ? ['-A', 'trust'] : ['-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  const { file, args, ...account } = runner.command(binaries.initdb, [
    ...['-D', options.folder, '-U', 'postgres', '-E', 'UTF8', '--locale=C'],
    // The same order of text on every platform, from PostgreSQL itself and not from the system's C library.
    ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(options.durable ? [] : ['--no-sync']),
    ...auth,
  ]);
  const result = spawnSync(file, args, { encoding: 'utf8', ...account });
  if (result.status === 0) return;
  const reason = (result.error?.message ?? result.stderr).trim();
  throw new Error(
    `The embedded PostgreSQL could not create its data in ${options.folder}: ${reason}. ` +
      'If it cannot run on this machine, start a PostgreSQL >= 15 of your own and name it in DATABASE_URL.',
  );
}
