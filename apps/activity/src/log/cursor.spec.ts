import { decodeCursor, encodeCursor } from './cursor.js';

const scope = { accountId: '018f0000-0000-7000-8000-00000000000a', filter: { entity: 'User', order: 'desc' } };

describe('a cursor', () => {
  const cursor = encodeCursor(scope, ['123456789012345678', '7', '3']);

  it('comes back as the place it was made of', () =>
    expect(decodeCursor(scope, cursor, 3)).toEqual(['123456789012345678', '7', '3']));

  it('does not mind the order of filters, nor absent ones', () =>
    expect(
      decodeCursor({ ...scope, filter: { order: 'desc', entity: 'User', action: undefined } }, cursor, 3),
    ).toHaveLength(3));

  it.each([
    ['another account', { ...scope, accountId: '018f0000-0000-7000-8000-00000000000b' }],
    ['another filter', { ...scope, filter: { entity: 'Profile', order: 'desc' } }],
    ['one filter more', { ...scope, filter: { ...scope.filter, action: 'INSERT' } }],
    ['another order', { ...scope, filter: { ...scope.filter, order: 'asc' } }],
  ])('is of no use for %s', (_, other) =>
    expect(() => decodeCursor(other, cursor, 3)).toThrow(expect.objectContaining({ code: 'foreign-cursor' }) as Error),
  );

  it.each(['', 'x', '%00', Buffer.from('a.b.c.d').toString('base64url')])('refuses %j', (text) =>
    expect(() => decodeCursor(scope, text, 3)).toThrow(expect.objectContaining({ code: 'invalid-cursor' }) as Error),
  );

  it('is of no use for a log whose places have more or fewer numbers', () => {
    for (const parts of [1, 2, 4]) {
      expect(() => decodeCursor(scope, cursor, parts)).toThrow(
        expect.objectContaining({ code: 'invalid-cursor' }) as Error,
      );
    }
  });
});
