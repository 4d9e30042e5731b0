import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Stage } from './story.js';

const run = promisify(execFile);

/** Runs a command-line tool as a person would, against the stack that `env` names. */
export const toolRunner =
  (root: string, env: NodeJS.ProcessEnv): Stage['tool'] =>
  async (name, args) => {
    const { stdout } = await run(process.execPath, [join(root, 'tools/stack/run.mjs'), name, ...args], {
      cwd: root,
      env,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout.trimEnd();
  };
