import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** One process of the stack that a test starts beside or without the rest. */
export interface OwnProcess {
  pid: number;
  /** What it said so far. */
  output: () => string;
  hasEnded: () => boolean;
  /** Sends a signal and resolves with the exit code, null after a kill. */
  end: (signal?: NodeJS.Signals) => Promise<number | null>;
}

/** @param script below the root of the repository */
export function startProcess(root: string, script: string, env: NodeJS.ProcessEnv): OwnProcess {
  const child = spawn(process.execPath, ['--enable-source-maps', join(root, script)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (child.pid === undefined) throw new Error(`${script} could not be started`);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid: child.pid,
    output: () => output,
    hasEnded,
    async end(signal = 'SIGTERM') {
      if (!hasEnded()) {
        const gone = once(child, 'exit');
        child.kill(signal);
        await gone;
      }
      return child.exitCode;
    },
  };
}

/** Compiles every service and the event node, which processes of this kind need as `npm start` does. @throws Error */
export function compile(root: string): void {
  const projects = ['gateway', 'identity', 'profile', 'activity', 'export'].map((app) => `apps/${app}`);
  const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
  const compiled = spawnSync(process.execPath, [compiler, '--build', ...projects, 'tools/event-node'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (compiled.status !== 0) throw new Error(`the services do not compile:\n${compiled.stdout}${compiled.stderr}`);
}
