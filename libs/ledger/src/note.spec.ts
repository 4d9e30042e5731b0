import { generateKeyPairSync } from 'node:crypto';
import { formatVerifier, openNote, parseVerifier, signNote, verifierOf } from './note.js';
import { formatRound, noRound, parseRound, roundHash } from './round.js';
import { leafHash } from './hash.js';
import { entryHash, noEntry } from './entry.js';

const signer = (name = 'annals.example/audit') => ({ name, privateKey: generateKeyPairSync('ed25519').privateKey });

describe('a note', () => {
  const one = signer();
  const note = signNote('some text\n', one);

  it('gives its text to whoever knows the key', () => {
    expect(openNote(note, [verifierOf(signer()), verifierOf(one)])).toBe('some text\n');
  });

  it.each([
    ['another key of the same name', note, verifierOf(signer())],
    ['another name', note, { ...verifierOf(one), name: 'other.example' }],
    ['another text', note.replace('some', 'sane'), verifierOf(one)],
    ['no signature', 'some text\n', verifierOf(one)],
    ['no newline at the end', note.slice(0, -1), verifierOf(one)],
  ])('with %s gives nothing', (_, text, verifier) => expect(openNote(text, [verifier])).toBeNull());

  it('is of whole lines', () => expect(() => signNote('no newline', one)).toThrow('newline'));

  it('may be signed by several', () => {
    const other = signer('witness.example');
    const both = note + signNote('some text\n', other).split('\n\n')[1]!;
    expect(openNote(both, [verifierOf(other)])).toBe('some text\n');
  });

  // The example of the Go documentation of signed notes.
  it('of others is read as well', () => {
    const verifier = parseVerifier('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
    const text =
      'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n'.replace(
        '’',
        "'",
      );
    const line =
      '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
    expect(openNote(`${text}\n${line}\n`, [verifier])).toBe(text);
  });
});

describe('a verifier', () => {
  it('is the same after it was written on a line', () => {
    const verifier = verifierOf(signer());
    expect(parseVerifier(formatVerifier(verifier))).toEqual(verifier);
  });

  it('with the id of another key, or of another kind, is refused', () => {
    const line = formatVerifier(verifierOf(signer()));
    expect(() => parseVerifier(line.replace(/\+[0-9a-f]{8}\+/, '+00000000+'))).toThrow('not that of its key');
    expect(() => parseVerifier('name+00000000+AAAA')).toThrow('name+id+key');
    expect(() => parseVerifier('nonsense')).toThrow('name+id+key');
  });
});

describe('a round', () => {
  const round = {
    ...{ origin: 'annals.example/audit', logs: 3, root: leafHash('root'), round: 7 },
    ...{ time: '2026-03-01T12:00:00.000Z', previous: noRound },
  };

  it('is the same after it was written down', () => expect(parseRound(formatRound(round))).toEqual(round));

  it('names the one before by its text', () => {
    expect(roundHash(formatRound(round))).not.toEqual(roundHash(formatRound({ ...round, round: 8 })));
  });

  it.each([
    ['a missing line', formatRound(round).replace(/previous.*\n/, '')],
    ['a line more', `${formatRound(round)}more\n`],
    ['a time that is none', formatRound({ ...round, time: 'soon' })],
    ['a size with a zero in front', formatRound(round).replace('\n3\n', '\n03\n')],
  ])('with %s is none', (_, text) => expect(parseRound(text)).toBeNull());
});

describe('the hash of an entry', () => {
  const entry = { seq: 0, prev_hash: noEntry, b: [1, { z: 1, a: 'é' }], a: null };

  it('does not depend on the order of members', () => {
    expect(entryHash({ a: null, b: [1, { a: 'é', z: 1 }], prev_hash: noEntry, seq: 0 })).toEqual(entryHash(entry));
  });

  it('depends on every value, the place and the entry before', () => {
    const others = [{ a: 0 }, { b: [] }, { seq: 1 }, { prev_hash: 'ff' }, { more: 1 }];
    const hashes = [{}, ...others].map((over) => entryHash({ ...entry, ...over }).toString('hex'));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
