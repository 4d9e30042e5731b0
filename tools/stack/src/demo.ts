import { join } from 'node:path';
import { readLayout } from './layout.js';
import { until } from './readiness.js';
import { readRunning } from './running.js';
import { allPids } from './stack-processes.js';
import { launchStack } from './story/launched-stack.js';
import { tellStory, type Stage } from './story/story.js';
import { toolRunner } from './story/tool-runner.js';

const root = process.cwd();
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
    tool: toolRunner(root, process.env),
    async crash() {
      const { postgres: _kept, ...services } = allPids(layout);
      for (const pid of Object.values(services)) if (pid !== undefined) process.kill(pid, 'SIGKILL');
      for (const name of ['identity', 'profile', 'activity', 'export', 'gateway'] as const) {
        await until(`http://127.0.0.1:${layout.ports[name]}/readyz`, name, join(layout.logsDir, `${name}.log`));
      }
    },
  });
}

/** With no stack running, one of its own is started on a temporary folder and killed whole. */
async function playOnOwn(): Promise<void> {
  console.log('No stack runs here, so the demo starts one of its own on a temporary folder.');
  const stack = await launchStack(root);
  try {
    await tellStory({ api: stack.api, tell: narrator(), tool: toolRunner(root, stack.env), crash: stack.crash });
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
