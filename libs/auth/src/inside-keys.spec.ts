import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateKey, readPrivateKey, readPublicKeys } from './inside-keys.js';

const folder = mkdtempSync(join(tmpdir(), 'annals-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('inside keys', () => {
  it('are read from JSON and from a file', async () => {
    const { privateJwk, publicJwk } = await generateKey('svc:profile');
    const file = join(folder, 'private.json');
    writeFileSync(file, JSON.stringify(privateJwk));
    expect(readPrivateKey(JSON.stringify(privateJwk))).toEqual(privateJwk);
    expect(readPrivateKey(file)).toEqual(privateJwk);
    expect(readPublicKeys(JSON.stringify({ keys: [publicJwk] }))).toEqual({ keys: [publicJwk] });
  });

  it('show nothing secret in their public part', async () => {
    expect(Object.keys((await generateKey('gateway')).publicJwk).sort()).toEqual([
      'alg',
      'crv',
      'kid',
      'kty',
      'use',
      'x',
    ]);
  });

  it('are refused with the reason and without their value', async () => {
    const { privateJwk, publicJwk } = await generateKey('gateway');
    expect(() => readPrivateKey(JSON.stringify(publicJwk))).toThrow(
      'CONTEXT_SIGNING_KEY: a private JWK has kid, x and d',
    );
    expect(() => readPublicKeys('{"keys":[]}')).toThrow('CONTEXT_KEYS: {"keys": [...]} is empty');
    expect(() => readPublicKeys('{"keys":[{"kid":"gateway"}]}')).toThrow('CONTEXT_KEYS: each key has kid and x');
    expect(() => readPublicKeys(JSON.stringify({ keys: [privateJwk] }))).toThrow(
      'CONTEXT_KEYS: gateway holds a private key',
    );
    expect(() => readPrivateKey('{"d":"secret')).toThrow(/^CONTEXT_SIGNING_KEY: not JSON$/);
    expect(() => readPublicKeys('/no/such/file')).toThrow('CONTEXT_KEYS: cannot read /no/such/file');
  });
});
