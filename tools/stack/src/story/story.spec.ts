import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { launchStack, type LaunchedStack } from './launched-stack.js';
import { tellStory } from './story.js';
import { toolRunner } from './tool-runner.js';

const root = resolve(__dirname, '../../../..');
jest.setTimeout(240_000);

/** Runs one of the project's commands to its end. */
function command(name: string, env: NodeJS.ProcessEnv): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'tools/stack/run.mjs'), name], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

describe('the embedded stack', () => {
  let stack: LaunchedStack;
  beforeAll(async () => {
    stack = await launchStack(root);
  });
  afterAll(() => stack.end());

  it('tells the whole story through the gateway, a kill -9 of everything included', async () => {
    const steps: string[] = [];
    const { api, crash } = stack;
    await tellStory({ api, crash, tell: (step) => steps.push(step), tool: toolRunner(root, stack.env) });
    expect(steps).toHaveLength(11);
  });

  it('is well in the eyes of the doctor', () => {
    const { status, output } = command('doctor', stack.env);
    expect(output).toContain('export is ready');
    expect(status).toBe(0);
  });

  it('refuses a second start on the same data', () => {
    const { status, output } = command('start', stack.env);
    expect(output).toContain('already');
    expect(status).toBe(1);
  });

  it('names the taken port and the variable that moves it', () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'annals-taken-'));
    const { status, output } = command('start', { ...stack.env, DATA_DIR: dataDir });
    rmSync(dataDir, { recursive: true });
    expect(output).toContain(`port ${stack.layout.ports.gateway} (gateway) is taken`);
    expect(output).toContain('GATEWAY_PORT');
    expect(status).toBe(1);
  });

  it('explains a setting that cannot be', () => {
    const { status, output } = command('start', { ...stack.env, GATEWAY_PORT: 'eighty' });
    expect(output).toContain('GATEWAY_PORT is "eighty": a port between 1 and 64000 is needed');
    expect(status).toBe(1);
  });
});
