import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatVerifier } from '@annals/ledger';
import { acme, exportOf, historyOf, verifiersOf } from './testing/history.js';
import { tamperings } from './testing/tamperings.js';
import { verifyFiles } from './verify-command.js';

describe('npm run audit -- verify', () => {
  const folder = mkdtempSync(join(tmpdir(), 'annals-audit-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const history = historyOf(['acme', 'globex', 'acme', 'round', 'acme', 'globex', 'acme', 'round']);
  const keys = verifiersOf(history).map(formatVerifier);
  const file = (name: string, lines: readonly unknown[]): string => {
    const path = join(folder, name);
    writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''));
    return path;
  };
  const honest = exportOf(history.entries[acme]!, history.checkpoints[acme]!.at(-1));
  const verified = async (options: Partial<Parameters<typeof verifyFiles>[0]>) => {
    const told: string[] = [];
    const fine = await verifyFiles({ export: file('export.ndjson', honest), keys, ...options }, (line) =>
      told.push(line),
    );
    return { fine, told };
  };

  it('says what is proven by an export, checkpoints and the second place', async () => {
    const witness = join(folder, 'witness');
    mkdirSync(join(witness, 'rounds', '0'), { recursive: true });
    for (const { heads, ...round } of history.rounds) file(`witness/rounds/0/${round.round}.ndjson`, [round, ...heads]);
    const checkpoints = file('checkpoints.ndjson', history.checkpoints[acme]!);
    const { fine, told } = await verified({ checkpoints, witness, log: acme });
    expect(fine).toBe(true);
    expect(told).toEqual([
      `log       ${acme}`,
      'entries   4, from 0 to 4; 4 are signed',
      'proven    entries 0 to 3 are what was signed',
      'rounds    2 verified',
      'VERIFIED',
    ]);
  });

  it('names the first bad entry and why', async () => {
    const forged = tamperings['a changed field']!(history, 2, 0);
    const { fine, told } = await verified({ export: file('forged.ndjson', forged.export) });
    expect(fine).toBe(false);
    expect(told.slice(-2)).toEqual([
      'FAULT     modified, first bad entry 2: entry 2 is not what its hash was made of',
      'NOT VERIFIED',
    ]);
  });

  it('names the range in which the first bad entry is, where no more can be told', async () => {
    const forged = tamperings['a changed field with the chain made anew']!(history, 2, 0);
    const { told } = await verified({ export: file('forged.ndjson', forged.export) });
    expect(told.at(-2)).toContain('rewritten, first bad entry one of 0 to 3');
  });

  it('says that readable values are not covered', async () => {
    const lines = history.entries[acme]!.map((line) => ({ ...line, opened: { changes: {} } }));
    const { fine, told } = await verified({
      export: file('opened.ndjson', exportOf(lines, history.checkpoints[acme]!.at(-1))),
    });
    expect([fine, told.some((line) => line.includes('"opened"'))]).toEqual([true, true]);
  });

  it.each([
    ['a line that is no JSON', ['{']],
    ['something behind the last line', [...honest, honest[0]]],
    ['nothing at all', []],
  ])('refuses %s', async (_, lines) => {
    expect((await verified({ export: file('broken.ndjson', lines) })).fine).toBe(false);
  });

  it('refuses checkpoints and rounds that cannot be read', async () => {
    const checkpoints = file('broken.ndjson', ['{"round":1}\n']);
    const witness = join(folder, 'broken');
    mkdirSync(join(witness, 'rounds'), { recursive: true });
    file('broken/rounds/1.ndjson', ['no round\n']);
    file('broken/rounds/2.ndjson', [{ ...history.rounds[0], heads: undefined }, { head: 7 }]);
    const { told } = await verified({ checkpoints, witness });
    const faults = told.filter((line) => line.startsWith('FAULT     malformed'));
    expect(faults).toHaveLength(3);
  });

  it('needs a key', () => expect(verified({ keys: [] })).rejects.toThrow('--key'));
});
