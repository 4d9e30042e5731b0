import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A real Redis for specs; imported by nothing else. */
export interface RedisServer {
  url: string;
  process: ChildProcess;
  /** Ends it and waits for its end. */
  stop(): Promise<void>;
}

const folder = resolve(__dirname, '../../../.cache/redis');
const packages = ['redis-server', 'redis-tools', 'libjemalloc2', 'liblzf1'];
const unpacked = join(folder, 'usr/bin/redis-server');

/**
 * Path of a redis-server: the machine's own, or one unpacked from Debian packages into `.cache/redis`, which needs no
 * root. Undefined, with the reason said, when neither can be had.
 */
export function findRedisServer(): string | undefined {
  for (const path of ['/usr/bin/redis-server', '/usr/local/bin/redis-server', unpacked]) {
    if (existsSync(path)) return path;
  }
  try {
    mkdirSync(folder, { recursive: true });
    execFileSync('apt-get', ['download', ...packages], { cwd: folder, stdio: 'pipe', timeout: 120_000 });
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) {
      execFileSync('dpkg', ['-x', file, folder], { cwd: folder, stdio: 'pipe' });
    }
    return unpacked;
  } catch (error) {
    process.stderr.write(`no redis-server here, and none from apt: ${(error as Error).message.split('\n')[0]}\n`);
    return undefined;
  }
}

/** Starts a Redis without persistence on loopback. @param port any free one unless said */
export async function startRedisServer(executable: string, port?: number): Promise<RedisServer> {
  const chosen = port ?? (await freePort());
  const data = mkdtempSync(join(tmpdir(), 'annals-redis-'));
  const libraries = join(folder, 'usr/lib', `${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`);
  const child = spawn(
    executable,
    ['--port', String(chosen), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', data],
    { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, LD_LIBRARY_PATH: libraries } },
  );
  await new Promise<void>((ready, reject) => {
    let said = '';
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}: ${said.slice(-500)}`)));
    for (const output of [child.stdout, child.stderr]) {
      output.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (/ready to accept connections/i.test(said)) ready();
      });
    }
  });
  return {
    url: `redis://127.0.0.1:${chosen}`,
    process: child,
    async stop() {
      const ended = new Promise<void>((done) => child.once('exit', () => done()));
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGCONT');
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}
