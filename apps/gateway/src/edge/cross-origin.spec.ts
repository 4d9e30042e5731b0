import { crossOriginRules } from './cross-origin.js';

describe('the list of origins', () => {
  it.each(['*', 'app.test', 'https://app.test/', 'https://app.test/path', 'null', 'https://APP.test'])(
    'refuses %s at the start',
    (origin) => {
      expect(() => crossOriginRules([origin])).toThrow('is not an origin');
    },
  );

  it('knows no wildcards: an origin with a star is nobody', () => {
    const rules = crossOriginRules(['https://*.test']);
    expect(rules.answer('https://app.test')).toEqual([]);
    expect(rules.preflight('https://app.test', 'GET')).toBeNull();
    expect(rules.answer(undefined)).toEqual([]);
  });
});
