import { consistencyRanges, rootOf } from '@annals/ledger';
import { acme, each, frontierOf, hashed, historyOf, verifiersOf } from './testing/history.js';
import { verifyExport } from './verify-export.js';

const history = historyOf([...Array.from({ length: 13 }, () => 'acme' as const), 'round']);
const lines = history.entries[acme]!;
const checkpoint = history.checkpoints[acme]![0]!;
const hex = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('hex'));

/** As the server exports the entries from `from` up to, but without, `to`. */
function part(from: number, to: number): unknown[] {
  const before = { size: from, peaks: hex(frontierOf(lines.slice(0, from)).peaks) };
  const ranges = consistencyRanges(to, lines.length);
  const path = hex(ranges.map(({ start, end }) => rootOf(frontierOf(lines.slice(start, end)))));
  return [...(from > 0 ? [{ before }] : []), ...lines.slice(from, to), { checkpoint, size: to, path }];
}

const verify = (exported: unknown[], accepted = true) =>
  verifyExport({ export: each(exported), verifiers: verifiersOf(history), log: acme, part: accepted });

describe('a part of a log', () => {
  it.each([
    [0, 13],
    [0, 5],
    [5, 13],
    [3, 11],
    [8, 9],
  ])('from %i to %i is proven to be a part of what was signed', async (from, to) => {
    expect(await verify(part(from, to))).toMatchObject({ faults: [], from, to, proven: to, signed: 13 });
  });

  it('is refused where the whole is wanted', async () => {
    const { faults } = await verify(part(3, 11), false);
    expect(faults.map(({ kind, seq }) => [kind, seq])).toEqual([
      ['truncated', 0],
      ['truncated', 11],
    ]);
  });

  it('with one entry changed, or with other peaks in front, is found out', async () => {
    const changed = part(3, 11);
    changed[4] = hashed({ ...lines[6]!, changes: 'forged' });
    expect((await verify(changed)).faults[0]).toMatchObject({ kind: 'unlinked', seq: 6 });
    const other = [{ before: { size: 3, peaks: hex(frontierOf(lines.slice(1, 4)).peaks) } }, ...part(3, 11).slice(1)];
    expect((await verify(other)).faults[0]).toMatchObject({ kind: 'rewritten' });
  });

  it('may lack entries that retention removed: their hashes hold the chain together', async () => {
    const kept = part(0, 13).map((line, seq) => (seq === 6 ? { gone: { seq, hash: lines[6]!.hash } } : line));
    expect(await verify(kept)).toMatchObject({ faults: [], proven: 13, gone: 1 });
    expect((await verify(kept, false)).faults).toMatchObject([{ kind: 'gone', seq: 6 }]);
    kept[6] = { gone: { seq: 6, hash: lines[5]!.hash } };
    expect((await verify(kept)).faults[0]).toMatchObject({ kind: 'unlinked', seq: 6 });
    kept[6] = { gone: { seq: 7, hash: lines[6]!.hash } };
    expect((await verify(kept)).faults[0]).toMatchObject({ kind: 'misplaced', seq: 6 });
  });

  it('of nothing is nothing: an empty log has no checkpoint, and one with entries is not empty', async () => {
    expect((await verify([{ checkpoint: null, size: 0, path: [] }], false)).faults).toEqual([]);
    const emptied = await verify([{ checkpoint, size: 0, path: [] }], false);
    expect(emptied.faults[0]).toMatchObject({ kind: 'truncated', seq: 0 });
    const uncovered = await verify([...lines, { checkpoint: null, size: 13, path: [] }]);
    expect(uncovered.faults[0]).toMatchObject({ kind: 'truncated', seq: 0, through: 13 });
  });
});
