import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Layout, ServiceName } from './layout.js';

/** Something of the embedded stack that can be killed. */
export type Killable = ServiceName | 'event-node' | 'postgres';

/** Process id that the running stack noted, or undefined while it is down. */
export function pidOf(layout: Layout, name: Killable): number | undefined {
  const file =
    name === 'postgres'
      ? join(layout.postgresDir, 'postgres-18', 'postmaster.pid')
      : join(layout.runDir, `${name}.pid`);
  try {
    // Empty while it is being written.
    return Number(readFileSync(file, 'utf8').split('\n')[0]) || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Process ids of everything that runs, by name. */
export function allPids(layout: Layout): Record<string, number | undefined> {
  const names: Killable[] = ['identity', 'profile', 'activity', 'export', 'gateway', 'event-node', 'postgres'];
  return Object.fromEntries(names.map((name) => [name, pidOf(layout, name)]));
}

/**
 * Sends a signal, SIGKILL unless said, and resolves when that process is gone.
 * @throws Error when it does not run
 */
export async function endProcess(layout: Layout, name: Killable, signal: NodeJS.Signals = 'SIGKILL'): Promise<number> {
  const pid = pidOf(layout, name);
  if (pid === undefined) throw new Error(`${name} does not run`);
  process.kill(pid, signal);
  while (existsSync(`/proc/${pid}`)) await pause(5);
  return pid;
}

/** Whether a service says that it can do its job. */
export async function isReady(layout: Layout, service: ServiceName): Promise<boolean> {
  const url = `http://127.0.0.1:${layout.ports[service]}/readyz`;
  return fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}
