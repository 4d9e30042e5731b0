import { randomBytes } from 'node:crypto';
import { deriveSecrets } from './secrets.js';

const kek = randomBytes(32);
const lookup = randomBytes(32);

describe('secrets', () => {
  const secrets = deriveSecrets(kek, lookup);

  it('name an address the same way in every process, and tell nothing without the key', () => {
    expect(deriveSecrets(randomBytes(32), lookup).emailHash('a@b.test')).toBe(secrets.emailHash('a@b.test'));
    expect(deriveSecrets(kek, randomBytes(32)).emailHash('a@b.test')).not.toBe(secrets.emailHash('a@b.test'));
    expect(secrets.emailHash('acme')).not.toBe(secrets.slugHash('acme'));
    expect(secrets.emailHash('a@b.test')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('open what they sealed, for the same purpose and under the same key alone', () => {
    const sealed = secrets.seal('key 1', '{"d":"secret"}');
    expect(sealed).not.toContain('secret');
    expect(secrets.open('key 1', sealed)).toBe('{"d":"secret"}');
    expect(() => secrets.open('key 2', sealed)).toThrow();
    expect(() => deriveSecrets(randomBytes(32), lookup).open('key 1', sealed)).toThrow();
  });
});
