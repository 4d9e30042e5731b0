import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardUntilEndOf } from './guard.js';
import { until } from './until.js';

it('stops the server and removes its folder when a test run is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'annals-guard-'));
  const [owner, server] = [spawn('sleep', ['60']), spawn('sleep', ['60'])];
  const serverEnd = once(server, 'exit');
  guardUntilEndOf(owner.pid!, server.pid!, folder);
  owner.kill('SIGKILL');
  expect(await serverEnd).toEqual([null, 'SIGINT']);
  await until('the folder is gone', () => !existsSync(folder));
});

it('leaves a server alone while the test run lives', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'annals-guard-'));
  const [owner, server] = [spawn('sleep', ['60']), spawn('sleep', ['60'])];
  guardUntilEndOf(owner.pid!, server.pid!, folder);
  server.kill();
  await once(server, 'exit');
  expect(existsSync(folder)).toBe(true);
  owner.kill();
  await until('the folder is gone', () => !existsSync(folder));
  rmSync(folder, { recursive: true, force: true });
});
