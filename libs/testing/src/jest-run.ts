import { existsSync, readFileSync } from 'node:fs';

/** The process that lives as long as one jest run: the parent of its workers, or this process when jest runs in band. */
export function jestRunProcess(): number {
  const inWorker = process.argv[1]?.includes('jest-worker') ?? false;
  return inWorker ? process.ppid : process.pid;
}

/** A name that no other run has, not even a later one with the same process id. */
export function jestRunName(): string {
  const pid = jestRunProcess();
  const file = `/proc/${pid}/stat`;
  // Field 22 of proc(5) stat is the start time; the command in field 2 may hold spaces, so count from its closing bracket.
  const started = existsSync(file) ? readFileSync(file, 'utf8').split(') ')[1]?.split(' ')[19] : '0';
  return `annals-test-${pid}-${started}`;
}
