import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, startPostgres, type RunningPostgres } from './index.js';
import { locateBinaries } from './binaries.js';
import { isAlive, runningPostmaster } from './postmaster.js';

// Each makes a cluster, and some flush to disk.
jest.setTimeout(180_000);
const folders: string[] = [];
const started: RunningPostgres[] = [];
function newFolder(): string {
  // 0700, as a checkout below somebody's home may be: PostgreSQL under another account could not even enter it.
  const folder = mkdtempSync(join(tmpdir(), 'annals-embedded-'));
  folders.push(folder);
  return folder;
}
async function start(options: Parameters<typeof startPostgres>[0]): Promise<RunningPostgres> {
  const postgres = await startPostgres(options);
  started.push(postgres);
  return postgres;
}
afterEach(async () => {
  await Promise.all(started.splice(0).map((postgres) => postgres.stop()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

it('starts on an empty folder, stops, and starts again on the same port with the same passwords', async () => {
  const dataDir = newFolder();
  const first = await start({ dataDir });
  const url = first.superuserUrl('postgres');
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  const second = await start({ dataDir });
  expect(second.superuserUrl('postgres')).toBe(url);
  expect(new URL(url).password.length).toBeGreaterThanOrEqual(32);
});

it('keeps passwords and data from other accounts of the machine', async () => {
  const dataDir = newFolder();
  await start({ dataDir });
  expect(statSync(join(dataDir, 'passwords.json')).mode & 0o777).toBe(0o600);
  expect(statSync(join(dataDir, 'postgres-18')).mode & 0o077).toBe(0);
});

it('never runs as root', async () => {
  const { pid } = await start({ dataDir: newFolder(), fsync: false });
  const map = `/proc/${pid}/uid_map`;
  const insideIds = readFileSync(map, 'utf8').trim().split(/\s+/);
  const processId = statSync(`/proc/${pid}`).uid;
  expect(insideIds[0] === '65534' || processId !== 0).toBe(true);
});

it('adopts a server whose launcher was killed', async () => {
  const dataDir = newFolder();
  const orphan = await start({ dataDir, fsync: false });
  writeFileSync(join(dataDir, 'launcher.pid'), `${await pidOfTheDead()}\n`);
  const adopted = await start({ dataDir, fsync: false });
  expect(adopted).toMatchObject({ pid: orphan.pid, port: orphan.port });
  await adopted.stop();
  expect(isAlive(orphan.pid)).toBe(false);
});

it('refuses a folder that a live launcher uses', async () => {
  const dataDir = newFolder();
  const { pid } = await start({ dataDir, fsync: false });
  const other = spawn('sleep', ['60']);
  writeFileSync(join(dataDir, 'launcher.pid'), `${other.pid}\n`);
  await expect(startPostgres({ dataDir, fsync: false })).rejects.toThrow(`in use by process ${other.pid}`);
  other.kill();
  expect(isAlive(pid)).toBe(true);
});

it('comes back after it was killed, with a postmaster.pid left behind', async () => {
  const dataDir = newFolder();
  const killed = await start({ dataDir });
  process.kill(killed.pid, 'SIGKILL');
  // Until it is gone it is taken for one that runs; what it started may still hold its data and port.
  while (isAlive(killed.pid)) await pause(5);
  const again = await start({ dataDir });
  expect(again.pid).not.toBe(killed.pid);
});

it('says in one sentence that the asked port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await expect(startPostgres({ dataDir: newFolder(), port, fsync: false })).rejects.toThrow(`Port ${port}`);
  server.close();
});

it('chooses none of the ports that the system gives to others by itself', async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

it('takes another port when the remembered one is taken', async () => {
  const dataDir = newFolder();
  const first = await start({ dataDir, fsync: false });
  await first.stop();
  const server = createServer().listen(first.port, '127.0.0.1');
  await once(server, 'listening');
  const second = await start({ dataDir, fsync: false });
  expect(second.port).not.toBe(first.port);
  server.close();
});

it('starts a creation over that was cut short', async () => {
  const dataDir = newFolder();
  const first = await start({ dataDir, fsync: false });
  await first.stop();
  writeFileSync(join(dataDir, 'postgres-18.unfinished'), '');
  rmSync(join(dataDir, 'postgres-18', 'global'), { recursive: true });
  await expect(start({ dataDir, fsync: false })).resolves.toMatchObject({ port: first.port });
});

it('tells the end of the log when the server does not start', async () => {
  const wrong = startPostgres({ dataDir: newFolder(), fsync: false, settings: { shared_buffers: 'plenty' } });
  await expect(wrong).rejects.toThrow(/did not start.*shared_buffers/);
});

it('brings binaries that run, with every library link in place', () => {
  const { postgres, initdb } = locateBinaries();
  for (const binary of [postgres, initdb]) {
    expect(spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout).toContain('PostgreSQL) 18');
  }
});

it('takes a postmaster.pid of a process that is no PostgreSQL for a leftover', async () => {
  const dataDir = newFolder();
  const { pid, stop } = await start({ dataDir, fsync: false });
  const file = join(dataDir, 'postgres-18', 'postmaster.pid');
  const lines = readFileSync(file, 'utf8').split('\n');
  await stop();
  writeFileSync(file, [process.pid, ...lines.slice(1)].join('\n'));
  expect(runningPostmaster(join(dataDir, 'postgres-18'))).toBeUndefined();
  expect(isAlive(pid)).toBe(false);
});

async function pidOfTheDead(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid!;
}
