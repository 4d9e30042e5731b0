import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandLineOf } from './command-line.js';

export interface ProcessDefinition {
  name: string;
  script: string;
  env: NodeJS.ProcessEnv;
}

export interface Processes {
  start(definition: ProcessDefinition): void;
  /** Ends all, last started first. Each gets 10 s to finish its work. */
  stop(): Promise<void>;
  pid(name: string): number | undefined;
}

const logLimitBytes = 20 * 1024 * 1024;
const graceMs = 10_000;

/**
 * Keeps child processes running: output goes to one log file each, a child that dies is started again with
 * growing pauses, and process ids are kept on disk so that the next start can end what a kill -9 left behind.
 */
export function superviseProcesses(
  folders: { logsDir: string; runDir: string },
  notice: (line: string) => void,
): Processes {
  mkdirSync(folders.logsDir, { recursive: true });
  mkdirSync(folders.runDir, { recursive: true });
  const children = new Map<string, ChildProcess>();
  const order: string[] = [];
  let stopping = false;

  function run(definition: ProcessDefinition, failures: number): void {
    const log = openLog(join(folders.logsDir, `${definition.name}.log`));
    const startedAt = Date.now();
    const child = spawn(process.execPath, ['--enable-source-maps', definition.script], {
      env: definition.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its own group: Ctrl-C in the terminal reaches this process alone, which then stops the others in order.
      detached: true,
    });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    children.set(definition.name, child);
    writeFileSync(pidFile(folders.runDir, definition.name), `${child.pid}\n${definition.script}\n`);
    child.once('exit', (code, signal) => {
      log.end();
      rmSync(pidFile(folders.runDir, definition.name), { force: true });
      if (stopping) return;
      const next = Date.now() - startedAt > 60_000 ? 0 : failures + 1;
      const pauseMs = Math.min(250 * 2 ** next, 10_000);
      notice(
        `${definition.name} ended (${signal ?? `code ${code}`}); starting it again in ${pauseMs} ms. Its log: ${log.path.toString()}`,
      );
      setTimeout(() => stopping || run(definition, next), pauseMs);
    });
  }

  return {
    start(definition) {
      order.push(definition.name);
      run(definition, 0);
    },
    async stop() {
      stopping = true;
      for (const name of order.reverse()) {
        const child = children.get(name);
        if (child) await end(child);
      }
    },
    pid: (name) => children.get(name)?.pid,
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(late);
}

/** Ends processes of this data folder that an earlier start left behind when it was killed. Returns their names. */
export async function endLeftovers(runDir: string): Promise<string[]> {
  if (!existsSync(runDir)) return [];
  const ended: string[] = [];
  for (const file of readdirSync(runDir).filter((name) => name.endsWith('.pid'))) {
    const [pid = '', script = ''] = readFileSync(join(runDir, file), 'utf8').split('\n');
    if (isOurs(Number(pid), script)) {
      process.kill(Number(pid), 'SIGKILL');
      while (!isGone(Number(pid))) await delay(10);
      ended.push(file.slice(0, -'.pid'.length));
    }
    rmSync(join(runDir, file), { force: true });
  }
  return ended;
}

/** A killed process gives its ports back when the last of its threads has ended: then it is a zombie, or not there. */
function isGone(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const isZombie = ['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '');
    return isZombie && readdirSync(`/proc/${pid}/task`).length <= 1;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return true;
    throw error;
  }
}

/** A process id is reused by the system, so the command line must name our script too. */
function isOurs(pid: number, script: string): boolean {
  if (!Number.isInteger(pid) || pid <= 1 || script === '') return false;
  return commandLineOf(pid)?.includes(script) ?? false;
}

function openLog(path: string) {
  if (existsSync(path) && statSync(path).size > logLimitBytes) renameSync(path, `${path}.old`);
  return createWriteStream(path, { flags: 'a' });
}

const pidFile = (runDir: string, name: string) => join(runDir, `${name}.pid`);
