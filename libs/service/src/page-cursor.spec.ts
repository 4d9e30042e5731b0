import { randomBytes } from 'node:crypto';
import { decodeCursor, encodeCursor, type CursorScope } from './page-cursor.js';
import { sealedTexts } from './sealed-text.js';

const texts = sealedTexts(randomBytes(32));
const scope: CursorScope = { list: 'members', accountId: 'a', filter: { q: 'ada', role: null } };
const cursor = encodeCursor(texts, scope, ['Ada Lovelace', '018f']);

describe('a cursor', () => {
  it('goes on where its page ended, also in another process with the same key', () => {
    const key = randomBytes(32);
    const there = encodeCursor(sealedTexts(key), scope, ['Ada', '1']);
    expect(decodeCursor(texts, scope, cursor)).toEqual(['Ada Lovelace', '018f']);
    expect(decodeCursor(sealedTexts(key), scope, there)).toEqual(['Ada', '1']);
  });

  it('shows nothing of the row it ended at', () => {
    expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toContain('Ada');
    expect(encodeCursor(texts, scope, ['Ada Lovelace', '018f'])).not.toBe(cursor);
  });

  it.each<[string, CursorScope, string]>([
    ['another list', { ...scope, list: 'roles' }, cursor],
    ['another account', { ...scope, accountId: 'b' }, cursor],
    ['another filter', { ...scope, filter: { q: 'grace', role: null } }, cursor],
    ['another key', scope, encodeCursor(sealedTexts(randomBytes(32)), scope, ['Ada', '1'])],
    ['changed text', scope, `${cursor.slice(0, -1)}${cursor.endsWith('A') ? 'B' : 'A'}`],
    ['no cursor', scope, 'x'],
  ])('is refused for %s', (_what, asked, text) =>
    expect(() => decodeCursor(texts, asked, text)).toThrow('The cursor belongs to another list'),
  );
});
