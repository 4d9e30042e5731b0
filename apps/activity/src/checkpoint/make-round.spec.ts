import { type Checkpoint } from '@annals/contracts';
import { headLeaf, includes, leafHash, noRound, openNote, parseRound, verifierOf } from '@annals/ledger';
import { acme, auditSigner, globex } from '../testing/audit-life.js';
import { documentOf, makeRound } from './make-round.js';
import { type Standing } from './standings.js';

const signer = auditSigner();
const standing = (log: string, size: number, signed = 0): Standing => ({
  ...{ log, size, root: leafHash(`${size}`) },
  signed: signed > 0 ? { size: signed, root: leafHash(`${signed}`) } : null,
});
const at = (time: string) => ({ signer, now: new Date(time) });
const read = (note: string) => parseRound(openNote(note, [verifierOf(signer)])!)!;

describe('a round', () => {
  const standings = [standing(acme, 3), standing(globex, 5, 5), standing('018f0000-0000-7000-8000-00000000000c', 1)];
  const first = makeRound(standings, null, at('2026-03-01T12:00:00.000Z'));

  it('is signed over all logs, and has a path for each that grew', () => {
    const round = read(first.note);
    expect(round).toMatchObject({ round: 1, logs: 3, origin: signer.name, time: '2026-03-01T12:00:00.000Z' });
    expect(round.previous).toEqual(noRound);
    expect(first.grown.map(({ log }) => log)).toEqual([acme, standings[2]!.log]);
    for (const head of first.grown) {
      const claim = { leaf: headLeaf(head), index: head.place, size: round.logs, root: round.root, path: head.path };
      expect(includes(claim)).toBe(true);
    }
    expect(first.entries).toBe(9);
  });

  it('follows the one before by number and hash, also when nothing happened', () => {
    const second = makeRound([standing(acme, 3, 3)], first, at('2026-03-01T12:01:00.000Z'));
    expect([second.round, second.grown]).toEqual([2, []]);
    expect(read(second.note).previous).toEqual(first.hash);
  });

  it('of no logs at all is signed all the same', () => {
    expect(read(makeRound([], null, at('2026-03-01T12:00:00.000Z')).note).logs).toBe(0);
  });

  it('is never older than the one before, whatever the clock says', () => {
    expect(makeRound([], first, at('2025-01-01T00:00:00.000Z')).signedAt).toEqual(first.signedAt);
  });

  it('goes to the second place as a line for itself and one for each log that grew', () => {
    const lines = documentOf(first)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Partial<Checkpoint>);
    expect(lines[0]).toEqual({ round: 1, signed_at: '2026-03-01T12:00:00.000Z', note: first.note });
    expect(lines.slice(1).map(({ head }) => head?.log)).toEqual([acme, standings[2]!.log]);
  });
});
