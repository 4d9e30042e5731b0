// Runs a script on Node >= 22.22: the caller's own if it is new enough, else the build that the lockfile pins.
// Plain JavaScript for Node >= 18, because it is what an old Node executes first.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const commands = {
  nx: 'node_modules/nx/dist/bin/nx.js',
  jest: 'node_modules/jest/bin/jest.js',
  eslint: 'node_modules/eslint/bin/eslint.js',
  tsc: 'node_modules/typescript-7/bin/tsc',
};

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 22);
}

function chooseNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const pinned = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', name);
  if (existsSync(pinned) && spawnSync(pinned, ['-v']).status === 0) return pinned;
  console.error(
    `Annals needs Node >= 22.22. This is ${process.versions.node}, and no build for ${process.platform}-${process.arch} is among the installed packages: install Node 24 LTS and try again.`,
  );
  process.exit(1);
}

const [command, ...args] = process.argv.slice(2);
if (!command) {
  console.error('usage: node tools/with-node.mjs <nx|jest|eslint|tsc|path/to/script> [arguments]');
  process.exit(2);
}
const node = chooseNode();
const script = commands[command] ? join(root, commands[command]) : resolve(command);
const child = spawn(node, [script, ...args], {
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NX_NO_CLOUD: 'true',
  },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
