import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineOf } from './command-line.js';
import type { Layout } from './layout.js';

/** What a running stack writes for the other commands. Holds no secret: databases are named, passwords are not. */
export interface Running {
  pid: number;
  url: string;
  event_store_url: string;
  postgres_port: number;
  started_at: string;
}

const fileOf = (layout: Layout) => join(layout.dataDir, 'stack.json');

/** The stack that runs on this data folder, or undefined when none does. */
export function readRunning(layout: Layout): Running | undefined {
  const file = fileOf(layout);
  if (!existsSync(file)) return undefined;
  const running = JSON.parse(readFileSync(file, 'utf8')) as Running;
  return isAlive(running.pid) ? running : undefined;
}

/** The running stack. @throws Error with a line for people when there is none. */
export function requireRunning(layout: Layout): Running {
  const running = readRunning(layout);
  if (!running)
    throw new Error(`Annals does not run on ${layout.dataDir}: start it with \`npm start\` in another terminal.`);
  return running;
}

export function writeRunning(layout: Layout, running: Running): void {
  mkdirSync(layout.dataDir, { recursive: true });
  writeFileSync(`${fileOf(layout)}.new`, `${JSON.stringify(running, null, 2)}\n`);
  renameSync(`${fileOf(layout)}.new`, fileOf(layout));
}

export function forgetRunning(layout: Layout): void {
  rmSync(fileOf(layout), { force: true });
}

function isAlive(pid: number): boolean {
  if (existsSync('/proc/self/cmdline')) return commandLineOf(pid)?.includes('run.mjs') ?? false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
