import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** What a running PostgreSQL says about itself in its data folder (`postmaster.pid`). */
export interface Postmaster {
  pid: number;
  port: number;
  ready: boolean;
}

/** The PostgreSQL that is alive on this data folder, if any. A file left by a dead one counts as none. */
export function runningPostmaster(folder: string): Postmaster | undefined {
  const lines = linesOf(join(folder, 'postmaster.pid'));
  if (!lines) return undefined;
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid) || !isPostgresOn(pid, folder)) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

/** Undefined when there is no such file: a PostgreSQL that ends, or one that starts over a dead one's, takes it away at any time. */
function linesOf(file: string): string[] | undefined {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a process with this id exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** After a reboot the id may belong to somebody else. Where /proc tells, believe it; elsewhere believe the file. */
function isPostgresOn(pid: number, folder: string): boolean {
  if (!existsSync('/proc/self/cmdline')) return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(folder);
  } catch (error) {
    // It ended in this moment.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** Waits until it accepts connections, or until `failed` says why it never will. `limitMs` in milliseconds. */
export async function untilReady(
  folder: string,
  limitMs: number,
  failed: () => string | undefined,
): Promise<Postmaster> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const running = runningPostmaster(folder);
    if (running?.ready) return running;
    const reason = failed();
    if (reason !== undefined) throw new Error(reason);
    if (Date.now() > deadline) throw new Error(`The embedded PostgreSQL was not ready after ${limitMs / 1000} s.`);
    await pause(10);
  }
}

/** Asks it to stop at once but cleanly (connections are cut, data is flushed) and waits until it is gone. */
export async function stopPostmaster(pid: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  if (isAlive(pid)) process.kill(pid, 'SIGINT');
  while (isAlive(pid)) {
    if (Date.now() > deadline) throw new Error(`PostgreSQL (process ${pid}) did not stop within 30 s.`);
    await pause(10);
  }
}
