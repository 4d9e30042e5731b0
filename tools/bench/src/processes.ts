import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of /proc/<pid>/stat; 100 a second on every Linux that Node supports. */
const ticksPerSecond = 100;

interface Entry {
  parent: number;
  cpuSeconds: number;
}

function readEntries(): Map<number, Entry> {
  const entries = new Map<number, Entry>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      // The command name stands in parentheses and may hold spaces.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // Own time, and that of children that have ended: a closed database connection takes its process with it.
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      const cpuSeconds = ticks / ticksPerSecond;
      entries.set(Number(name), { parent: Number(fields[1]), cpuSeconds });
    } catch (error) {
      // It ended between the listing and the reading.
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
  return entries;
}

/** User and system time of processes and everything below them, in seconds. */
export function cpuSecondsOf(roots: readonly number[]): number {
  const entries = readEntries();
  const included = new Set(roots);
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid, { parent }] of entries) {
      if (included.has(parent) && !included.has(pid)) {
        included.add(pid);
        grown = true;
      }
    }
  }
  return [...included].reduce((sum, pid) => sum + (entries.get(pid)?.cpuSeconds ?? 0), 0);
}

/** Resident memory of one process in MiB. */
export function residentMebibytes(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(line?.[1] ?? 0) / 1024);
}
