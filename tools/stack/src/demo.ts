import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readLayout } from './layout.js';
import { until } from './readiness.js';
import { readRunning } from './running.js';
import { launchStack, processIds } from './story/launched-stack.js';
import { tellStory, type Stage } from './story/story.js';

const root = process.cwd();
const run = promisify(execFile);

/** Runs a command-line tool as a person would, against the stack that `env` names. */
export const toolRunner =
  (env: NodeJS.ProcessEnv): Stage['tool'] =>
  async (name, args) => {
    const { stdout } = await run(process.execPath, [join(root, 'tools/stack/run.mjs'), name, ...args], {
      cwd: root,
      env,
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout.trimEnd();
  };

function narrator(): Stage['tell'] {
  let step = 0;
  return (what, seen) => console.log(`\n${String(++step).padStart(2)}. ${what}\n    ${seen}`);
}

/** Against the stack that runs here its services are killed, and its supervisor brings them back. */
async function playOnRunning(): Promise<void> {
  const layout = readLayout(root);
  await tellStory({
    api: `${layout.url}/api/v1`,
    tell: narrator(),
    tool: toolRunner(process.env),
    async crash() {
      for (const pid of processIds(layout)) process.kill(pid, 'SIGKILL');
      await until(`${layout.url}/readyz`, 'gateway', join(layout.logsDir, 'gateway.log'));
    },
  });
}

/** With no stack running, one of its own is started on a temporary folder and killed whole. */
async function playOnOwn(): Promise<void> {
  console.log('No stack runs here, so the demo starts one of its own on a temporary folder.');
  const stack = await launchStack(root);
  try {
    await tellStory({ api: stack.api, tell: narrator(), tool: toolRunner(stack.env), crash: stack.crash });
  } finally {
    await stack.end();
  }
}

async function main(): Promise<void> {
  await (readRunning(readLayout(root)) ? playOnRunning() : playOnOwn());
  console.log('\nThe story is told.');
}

main().catch((error: Error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
