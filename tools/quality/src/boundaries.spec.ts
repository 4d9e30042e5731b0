import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');
const environment = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false' };

function run(script: string, args: string[], input = ''): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    env: environment,
    input,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

/** Lints `source` as if it were the content of `path`, with the workspace's own rules. */
const lint = (path: string, source: string) =>
  run('eslint/bin/eslint.js', ['--stdin', '--stdin-filename', path], source);

describe('module boundaries', () => {
  beforeAll(() => {
    // The boundary rule passes everything while no project graph is cached, so the graph comes first.
    expect(run('nx/dist/bin/nx.js', ['show', 'projects']).output).toContain('@annals/profile');
  });

  it('let an app import a library', () => {
    const { status, output } = lint('apps/profile/src/main.ts', "export { headers } from '@annals/contracts';\n");
    expect({ status, output }).toEqual({ status: 0, output: '' });
  });

  it.each([
    ['an app imports another app by path', 'apps/profile/src/main.ts', '../../identity/src/main.js'],
    ['an app imports a tool', 'apps/profile/src/main.ts', '@annals/event-node'],
    ['a library imports a tool', 'libs/service/src/index.ts', '@annals/embedded-postgres'],
    ['the contracts import a library', 'libs/contracts/src/index.ts', '@annals/auth'],
  ])('fail when %s', (_case, path, imported) => {
    const { status, output } = lint(path, `export * from '${imported}';\n`);
    expect(output).toContain('@nx/enforce-module-boundaries');
    expect(status).toBe(1);
  });

  it.each([
    ['pg', 'apps/profile/src/main.ts'],
    ['pg', 'libs/messaging/src/index.ts'],
    ['kafkajs', 'apps/export/src/main.ts'],
    ['kafkajs', 'libs/service/src/index.ts'],
    ['@eventstore/db-client', 'apps/identity/src/main.ts'],
    ['@eventstore/db-client', 'libs/postgres/src/index.ts'],
    ['jose', 'apps/gateway/src/main.ts'],
    ['ioredis', 'apps/gateway/src/main.ts'],
    ['@aws-sdk/client-s3', 'apps/profile/src/main.ts'],
    ['@aws-sdk/lib-storage', 'apps/export/src/main.ts'],
  ])('fail when %s is imported a second time, by %s', (name, path) => {
    const { status, output } = lint(path, `import * as client from '${name}';\nexport const held = client;\n`);
    expect(output).toContain(`${name} is imported by`);
    expect(status).toBe(1);
  });

  it('fail when the same client is reached through a deep path', () => {
    const { output } = lint('apps/identity/src/main.ts', "export * from 'kafkajs/src/network/requestQueue';\n");
    expect(output).toContain('kafkajs is imported by');
  });

  it('fail when an append names no exact revision', () => {
    const { output } = lint('libs/event-store/src/index.ts', "const ANY = 'any';\nexport const revision = ANY;\n");
    expect(output).toContain('exact revision');
  });
});
