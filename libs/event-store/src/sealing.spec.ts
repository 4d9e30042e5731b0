import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { isErased } from './erased.js';
import { isSealed, keyIdOf, seal, unseal, type SealPlace } from './sealing.js';

const key = { id: 'key-1', key: randomBytes(32) };
const place: SealPlace = { subject: 'ada', stream: 'profile-acme_ada', eventId: 'e1', path: 'phone' };
const invalid = expect.objectContaining({ status: 500, code: 'sealed-value-invalid' }) as Error;

describe('sealing', () => {
  it('opens to what was sealed, for every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const stored = JSON.parse(JSON.stringify(value)) as unknown;
        expect(unseal(seal(value, key, place), key, place)).toEqual(stored);
      }),
    );
  });

  it('shows nothing of the value, and never the same twice', () => {
    const first = seal('0441 123456', key, place);
    expect(first.sealed).toMatch(/^v1\.key-1\.[\w-]{16}\.[\w-]+$/);
    expect(Buffer.from(first.sealed.split('.')[3]!, 'base64url').toString('latin1')).not.toContain('0441');
    const ivs = new Set(Array.from({ length: 2_000 }, () => seal('same', key, place).sealed.split('.')[2]));
    expect(ivs.size).toBe(2_000);
    expect(keyIdOf(first)).toBe('key-1');
  });

  it.each(['subject', 'stream', 'eventId', 'path'] as const)('does not open with another %s', (part) => {
    const sealed = seal('secret', key, place);
    expect(() => unseal(sealed, key, { ...place, [part]: 'other' })).toThrow(invalid);
  });

  it('tells places apart whatever characters their parts hold', () => {
    const sealed = seal('secret', key, { ...place, subject: 'a|b', stream: 'c' });
    expect(() => unseal(sealed, key, { ...place, subject: 'a', stream: 'b|c' })).toThrow(invalid);
    expect(() => unseal(sealed, key, { ...place, subject: 'a%7Cb', stream: 'c' })).toThrow(invalid);
  });

  it('does not open when a single character was altered', () => {
    const { sealed } = seal('secret', key, place);
    const body = sealed.lastIndexOf('.') + 1;
    for (let at = body; at < sealed.length - 1; at++) {
      const altered = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
      expect(() => unseal({ sealed: altered }, key, place)).toThrow(invalid);
    }
  });

  it('does not open with another key, and not at all when it is none of ours', () => {
    expect(() => unseal(seal('secret', key, place), { ...key, key: randomBytes(32) }, place)).toThrow(invalid);
    for (const sealed of ['v1.', 'v1.k.i.c', 'v1.k..', 'v2.a.b.c']) {
      expect(() => unseal({ sealed }, key, place)).toThrow(invalid);
    }
  });

  it('is erased once its key is', () => {
    const opened = unseal(seal('secret', key, place), 'erased', place);
    expect(isErased(opened)).toBe(true);
    expect(JSON.stringify({ phone: opened })).toBe('{"phone":{"erased":true}}');
    expect(String(opened)).toBe('[erased]');
    expect(isErased({ erased: true })).toBe(false);
  });

  it('knows its own form only', () => {
    expect(isSealed(seal('x', key, place))).toBe(true);
    for (const other of [null, 'v1.x', {}, { sealed: 1 }, { sealed: 'open' }, { sealed: 'v1.x', more: 1 }]) {
      expect(isSealed(other)).toBe(false);
    }
  });
});
