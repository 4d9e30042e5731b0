// Compiles what changed, then runs one of the project's commands: `node tools/with-node.mjs tools/stack/run.mjs demo`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const commands = {
  start: 'tools/stack/dist/start.js',
  demo: 'tools/stack/dist/demo.js',
  doctor: 'tools/stack/dist/doctor.js',
  token: 'tools/stack/dist/token.js',
  replay: 'tools/replay/dist/replay.js',
  trace: 'tools/replay/dist/trace.js',
  audit: 'tools/audit/dist/audit.js',
  'erasure-scan': 'tools/erasure-scan/dist/erasure-scan.js',
  scavenge: 'tools/event-node/dist/scavenge-command.js',
  bench: 'tools/bench/dist/bench.js',
};

const [name, ...args] = process.argv.slice(2);
if (!name || !commands[name]) {
  console.error(`usage: run.mjs <${Object.keys(commands).join('|')}> [arguments]`);
  process.exit(2);
}
const compiler = join(root, 'node_modules/typescript-7/bin/tsc');
if (!existsSync(compiler)) {
  console.error('The packages are not installed yet: run `npm ci` first.');
  process.exit(1);
}
const projects = ['gateway', 'identity', 'profile', 'activity', 'export'].map((app) => `apps/${app}`);
const tools = ['stack', 'replay', 'audit', 'erasure-scan', 'event-node', ...(name === 'bench' ? ['bench'] : [])].map(
  (tool) => `tools/${tool}`,
);
const built = spawnSync(process.execPath, [compiler, '--build', ...projects, ...tools], {
  cwd: root,
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(built.status ?? 1);

process.chdir(root);
process.argv = [process.argv[0], join(root, commands[name]), ...args];
createRequire(import.meta.url)(join(root, commands[name]));
