import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSigningKey } from './signing-key.js';

describe('a key that signs notes', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const jwk = JSON.stringify(privateKey.export({ format: 'jwk' }));

  it('is read from JSON and from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'annals-key-'));
    writeFileSync(join(folder, 'key.json'), jwk);
    for (const text of [jwk, join(folder, 'key.json')]) expect(readSigningKey(text).equals(privateKey)).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['a public key', JSON.stringify(publicKey.export({ format: 'jwk' })), 'private part'],
    ['a key of another kind', '{"kty":"EC","crv":"P-256","d":"x"}', 'Ed25519'],
    ['a file that is not there', '/nowhere/key.json', 'ENOENT'],
    ['no JSON', '{', 'JSON'],
  ])('is not %s', (_, text, problem) => expect(() => readSigningKey(text)).toThrow(problem));
});
