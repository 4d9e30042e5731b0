import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Run {
  launcher: number;
  broker: number;
}

/** Notes who started which broker, so that a later run can clean up after a launcher that was killed. */
export function noteRun(folder: string, broker: number): void {
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ launcher: process.pid, broker } satisfies Run));
}

/** Ends brokers whose launcher is gone and removes their folders. */
export function sweepOrphans(runs: string): void {
  mkdirSync(runs, { recursive: true });
  for (const name of readdirSync(runs)) {
    const folder = join(runs, name);
    const note = join(folder, 'run.json');
    if (!existsSync(note)) continue;
    const run = JSON.parse(readFileSync(note, 'utf8')) as Run;
    if (isAlive(run.launcher)) continue;
    if (isBrokerOf(run.broker, folder)) process.kill(run.broker, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // No right to signal it means that it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Process numbers are reused: only a process that was given this folder is ours to end. */
function isBrokerOf(pid: number, folder: string): boolean {
  const commandLine = `/proc/${pid}/cmdline`;
  return existsSync(commandLine) && readFileSync(commandLine, 'utf8').includes(folder);
}
