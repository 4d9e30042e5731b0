import fc from 'fast-check';
import { acme, each, exportOf, historyOf, verifiersOf, witnessOf, type History, type Step } from './testing/history.js';
import { tamperings, type Forged } from './testing/tamperings.js';
import { verifyExport, type Evidence } from './verify-export.js';
import { entryChecks } from './walk-entries.js';

/** Two logs with something in each, at least three rounds in which the first one grew, and a round at the end. */
const steps = fc
  .array(fc.constantFrom<Step>('acme', 'acme', 'globex', 'round'), { maxLength: 24 })
  .map((middle): Step[] => [...begin, ...middle, 'acme', 'globex', 'round']);
const begin: Step[] = ['acme', 'globex', 'acme', 'round', 'acme', 'round'];
const anything = fc.nat({ max: 10_000 });

const verify = (history: History, forged: Omit<Forged, 'as'>, more: Partial<Evidence> = {}) =>
  verifyExport({
    export: each(forged.export),
    checkpoints: each(forged.checkpoints),
    witness: witnessOf(forged.rounds),
    verifiers: verifiersOf(history),
    log: acme,
    ...more,
  });

const untouched = ({ entries, checkpoints, rounds }: History) => ({
  export: exportOf(entries[acme]!, checkpoints[acme]!.at(-1)),
  checkpoints: checkpoints[acme]!,
  rounds,
});

describe('verifying an export', () => {
  it('finds nothing wrong with one that nobody touched, whatever happened', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (happened) => {
        const history = historyOf(happened);
        const size = history.entries[acme]!.length;
        const verdict = await verify(history, untouched(history));
        expect(verdict).toMatchObject({ faults: [], log: acme, from: 0, to: size, proven: size, signed: size });
      }),
      { numRuns: 100 },
    );
  });

  // 29 kinds, 40 times each.
  it.each(Object.entries(tamperings))('finds %s, and where', async (_, tampering) => {
    await fc.assert(
      fc.asyncProperty(steps, anything, anything, async (happened, pick, other) => {
        const history = historyOf(happened);
        const forged = tampering(history, pick, other);
        const { faults, proven } = await verify(history, forged);
        expect(forged.as).toContain(faults[0]?.kind);
        if (forged.at === undefined) return;
        const { seq = -1, through = seq } = faults[0]!;
        expect(seq).toBeLessThanOrEqual(forged.at);
        expect(through).toBeGreaterThanOrEqual(forged.at);
        expect(proven).toBeLessThanOrEqual(forged.good ?? forged.at);
      }),
      { numRuns: 40 },
    );
  });

  it('would let a changed field through if it did not make the hash anew', async () => {
    const history = historyOf(['acme', 'acme', 'acme', 'round', 'acme', 'round']);
    const forged = tamperings['a changed field']!(history, 1, 0);
    const { isInPlace, isOfLog, isLinked } = entryChecks;
    const { faults } = await verify(history, forged, { checks: [isInPlace, isOfLog, isLinked] });
    expect(faults).toEqual([]);
  });
});
