import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readLayout, type Layout } from '../layout.js';
import { allPids } from '../stack-processes.js';
import { freePorts } from './free-ports.js';

/** An embedded stack of its own: temporary folder, free ports, and the power to kill it. */
export interface LaunchedStack {
  layout: Layout;
  env: NodeJS.ProcessEnv;
  api: string;
  /** SIGKILL to every process of it, PostgreSQL included; then starts it again on the same data. */
  readonly crash: () => Promise<void>;
  /** Stops it as Ctrl-C does and removes its folder. Ending it again does nothing. */
  end(): Promise<void>;
  /** What it printed so far. */
  output(): string;
}

/** Starts a stack and waits until it says that it is ready. @throws Error with its output when it does not start */
export async function launchStack(root: string, settings: NodeJS.ProcessEnv = {}): Promise<LaunchedStack> {
  const dataDir = mkdtempSync(join(tmpdir(), 'annals-'));
  const names = ['GATEWAY_PORT', 'IDENTITY_PORT', 'PROFILE_PORT', 'ACTIVITY_PORT', 'EXPORT_PORT', 'EVENT_NODE_PORT'];
  const ports = await freePorts(names.length);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DATA_DIR: dataDir,
    ...Object.fromEntries(names.map((name, index) => [name, String(ports[index])])),
    ...settings,
  };
  const layout = readLayout(root, env);
  let output = '';
  let child: ChildProcess;

  async function start(): Promise<void> {
    child = spawn(process.execPath, [join(root, 'tools/stack/run.mjs'), 'start'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const from = output.length;
    child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()));
    while (!output.slice(from).includes('Annals is ready')) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the stack did not start:\n${output}`);
      await delay(20);
    }
  }

  async function crash(): Promise<void> {
    const gone = once(child, 'exit');
    const pids = [...Object.values(allPids(layout)), child.pid];
    child.kill('SIGKILL');
    for (const pid of pids) if (pid && existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
    await gone;
    await start();
  }

  await start();
  return {
    layout,
    env,
    api: `${layout.url}/api/v1`,
    crash,
    async end() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGINT');
        await gone;
      }
      rmSync(dataDir, { recursive: true, force: true });
    },
    output: () => output,
  };
}
