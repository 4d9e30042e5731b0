import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');
const environment = { ...process.env, NX_DAEMON: 'false', NX_NO_CLOUD: 'true', NX_TUI: 'false' };

/** @returns what the script printed */
function run(script: string, args: string[] = [], input = ''): string {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    env: environment,
    input,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${script} failed: ${stderr}`);
  return stdout;
}

interface Text {
  path: string;
  source: string;
}

const allowed: Text = { path: 'apps/profile/src/main.ts', source: "export { headers } from '@annals/contracts';\n" };
const forbidden = [
  ['an app imports another app by path', 'apps/profile/src/main.ts', '../../identity/src/main.js'],
  ['an app imports a tool', 'apps/profile/src/main.ts', '@annals/event-node'],
  ['a library imports a tool', 'libs/service/src/index.ts', '@annals/embedded-postgres'],
  ['the contracts import a library', 'libs/contracts/src/index.ts', '@annals/auth'],
] as const;
const second = [
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
] as const;
const deep: Text = {
  path: 'apps/identity/src/main.ts',
  source: "export * from 'kafkajs/src/network/requestQueue';\n",
};
const anyRevision: Text = {
  path: 'libs/event-store/src/index.ts',
  source: "const ANY = 'any';\nexport const revision = ANY;\n",
};

const importing = (path: string, name: string): Text => ({ path, source: `export * from '${name}';\n` });
const using = (path: string, name: string): Text => ({
  path,
  source: `import * as client from '${name}';\nexport const held = client;\n`,
});

describe('module boundaries', () => {
  /** Messages by text; all are linted in one process, which costs what one costs. */
  const found = new Map<string, string[]>();
  const messagesOf = ({ path, source }: Text) => found.get(path + source);

  beforeAll(() => {
    // The boundary rule passes everything while no project graph is cached, so the graph comes first.
    expect(run('node_modules/nx/dist/bin/nx.js', ['show', 'projects'])).toContain('@annals/profile');
    const texts = [
      ...[allowed, deep, anyRevision],
      ...forbidden.map(([, path, imported]) => importing(path, imported)),
      ...second.map(([name, path]) => using(path, name)),
    ];
    const answers = JSON.parse(run('tools/quality/lint-texts.mjs', [], JSON.stringify(texts))) as string[][];
    texts.forEach(({ path, source }, index) => found.set(path + source, answers[index]!));
  }, 300_000);

  it('let an app import a library', () => expect(messagesOf(allowed)).toEqual([]));

  it.each(forbidden)('fail when %s', (_case, path, imported) => {
    expect(messagesOf(importing(path, imported))).toContainEqual(
      expect.stringContaining('@nx/enforce-module-boundaries'),
    );
  });

  it.each(second)('fail when %s is imported a second time, by %s', (name, path) => {
    expect(messagesOf(using(path, name))).toContainEqual(expect.stringContaining(`${name} is imported by`));
  });

  it('fail when the same client is reached through a deep path', () => {
    expect(messagesOf(deep)).toContainEqual(expect.stringContaining('kafkajs is imported by'));
  });

  it('fail when an append names no exact revision', () => {
    expect(messagesOf(anyRevision)).toContainEqual(expect.stringContaining('exact revision'));
  });
});
