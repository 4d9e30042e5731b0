import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter(Boolean);

describe('documents', () => {
  it.each(documents)('%s links to files that exist', (document) => {
    const targets = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1]!);
    expect(targets.filter((target) => !existsSync(join(root, dirname(document), target)))).toEqual([]);
  });
});

describe('docs/trace-one-command.md', () => {
  const steps = [...read('docs/trace-one-command.md').matchAll(/\[`([^`]+)`\]\([^)]+\):?\s+`(\w+)`/g)];

  it('walks from the socket to the row', () => expect(steps.length).toBeGreaterThanOrEqual(13));

  it.each(steps.map((step) => [step[1]!, step[2]!]))('%s still holds %s', (file, name) => {
    expect(read(file)).toMatch(new RegExp(`\\b${name}\\b`));
  });
});

describe('docs/guarantees.md', () => {
  const rows = read('docs/guarantees.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('.ts`]('));
  const proofs = rows.flatMap((row) =>
    [...row.matchAll(/\[`([^`]+\.ts)`\]\([^)]+\)(?:: "([^"]+)")?/g)].map((match) => [match[1]!, match[2]!]),
  );

  it('names a proof for every promise', () => {
    const promises = read('docs/guarantees.md')
      .split('\n')
      .filter((line) => /^\| (?!promise|---)/.test(line));
    expect(promises.filter((line) => !rows.includes(line))).toEqual([]);
  });

  it.each(proofs)('%s proves "%s"', (file, title) => {
    expect(read(file)).toContain(title);
  });
});
