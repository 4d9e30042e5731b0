import fc from 'fast-check';
import { inHexadecimal, needlesOf } from './needles.js';
import { formsIn, formsInStream } from './search.js';

const canary = 'Ada "Låve" \\ 🦉 lace/+?';
const needles = needlesOf(canary);
const before = fc.uint8Array({ maxLength: 40 });

const writings: [string, (text: string) => Buffer][] = [
  ['as it is', (text) => Buffer.from(text)],
  ['in small letters', (text) => Buffer.from(text.toLowerCase())],
  ['as JSON', (text) => Buffer.from(JSON.stringify({ text }))],
  ['as JSON in JSON', (text) => Buffer.from(JSON.stringify(JSON.stringify({ text })))],
  ['in hexadecimal', (text) => Buffer.from(Buffer.from(text).toString('hex'))],
  ['in hexadecimal with capitals', (text) => Buffer.from(Buffer.from(text).toString('hex').toUpperCase())],
  ['in UTF-16, little end first', (text) => Buffer.from(text, 'utf16le')],
  ['in UTF-16, big end first', (text) => Buffer.from(text, 'utf16le').swap16()],
  ['in a URL', (text) => Buffer.from(`https://x.test/?q=${encodeURIComponent(text)}`)],
  [
    'as JSON in ASCII',
    (text) =>
      Buffer.from(
        JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
      ),
  ],
];

describe('looking for a text', () => {
  it.each(writings)('finds it %s, wherever it begins', (_form, write) => {
    fc.assert(
      fc.property(before, before, (head, tail) => {
        expect(formsIn(needles, Buffer.concat([head, write(canary), tail]))).not.toEqual([]);
      }),
    );
  });

  it.each(['base64', 'base64url'] as const)(
    'finds it in %s, wherever it begins and whatever stands around it',
    (form) => {
      fc.assert(
        fc.property(before, before, (head, tail) => {
          const whole = Buffer.concat([head, Buffer.from(canary), tail]).toString(form);
          expect(formsIn(needles, Buffer.from(whole))).not.toEqual([]);
        }),
      );
    },
  );

  it('finds each form also where a store shows bytes in hexadecimal', () => {
    for (const [, write] of writings) {
      const shown = Buffer.from(write(canary).toString('hex'));
      expect(formsIn(inHexadecimal(needles), shown)).not.toEqual([]);
    }
  });

  it('finds it across the pieces of a stream, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 9 }), async (from, size) => {
        const bytes = Buffer.concat([Buffer.alloc(from, 'x'), Buffer.from(canary), Buffer.alloc(30, 'y')]);
        async function* pieces() {
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
        }
        expect(await formsInStream(needles, pieces(), () => undefined)).toContain('text');
      }),
    );
  });

  it('finds nothing where it is not', () => {
    fc.assert(fc.property(before, (bytes) => expect(formsIn(needles, Buffer.from(bytes))).toEqual([])));
  });

  it('refuses a text that would be found by chance', () => {
    expect(() => needlesOf('Ada')).toThrow('by chance');
  });
});
