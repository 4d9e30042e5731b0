import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import type * as os from 'node:os';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '@annals/testing';
import { examine } from './doctor.js';
import { readLayout } from './layout.js';
import { readRunning, writeRunning } from './running.js';

jest.mock('node:os', () => ({
  ...jest.requireActual<typeof os>('node:os'),
  freemem: () => 100 * 1024 * 1024,
}));

const root = resolve(__dirname, '../../..');

it('asks for free memory before a start, and not of a stack that runs', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'annals-doctor-'));
  const env = { DATA_DIR: dataDir };
  const layout = readLayout(root, env);
  const memory = async () => (await examine(root, env)).find(({ what }) => what.includes('memory'));
  const running = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'run.mjs']);
  try {
    expect(await memory()).toMatchObject({ what: '100 MiB of memory free', ok: false });
    const started_at = new Date().toISOString();
    writeRunning(layout, { pid: running.pid!, url: layout.url, event_store_url: '', postgres_port: 0, started_at });
    await until('it is seen to run', () => readRunning(layout) !== undefined);
    expect(await memory()).toMatchObject({ ok: true });
  } finally {
    running.kill();
    rmSync(dataDir, { recursive: true });
  }
});
