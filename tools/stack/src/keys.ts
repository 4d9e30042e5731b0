import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Secrets of one embedded stack. Made at the first start, kept beside the data, readable by the owner alone. */
export interface StackKeys {
  /** Path of the file with the private JWK, by principal. */
  signing: Record<string, string>;
  /** Path of the JWKS with everybody's public key. */
  publicKeys: string;
  /** base64 of 32 bytes that wrap the subject keys and the token signing keys. */
  keyEncryptionKey: string;
  /** base64 of 32 bytes for keyed hashes of addresses and names in stream names. */
  lookupSecret: string;
  /** Path of the file with the private JWK that signs checkpoints of the audit logs. */
  auditSigning: string;
  /** Path of the file with the private JWK that signs certificates of erasures. */
  erasureSigning: string;
  /** base64 of 32 bytes for the pseudonyms of analytics. */
  analyticsSecret: string;
}

const principals = ['gateway', 'svc:identity', 'svc:profile', 'svc:activity', 'svc:export'];

/** Reads the keys of a data folder, making what is missing. */
export function ensureKeys(keysDir: string): StackKeys {
  mkdirSync(keysDir, { recursive: true, mode: 0o700 });
  const signing: Record<string, string> = {};
  const published: object[] = [];
  for (const principal of principals) {
    const file = signingFile(join(keysDir, `${principal.replace(':', '-')}.jwk.json`), principal);
    const { d: _private, ...publicJwk } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    published.push(publicJwk);
    signing[principal] = file;
  }
  const publicKeys = join(keysDir, 'inside.jwks.json');
  writeSecret(publicKeys, JSON.stringify({ keys: published }));
  return {
    signing,
    publicKeys,
    keyEncryptionKey: secretFile(join(keysDir, 'key-encryption-key')),
    lookupSecret: secretFile(join(keysDir, 'lookup-secret')),
    auditSigning: signingFile(join(keysDir, 'audit-signing.jwk.json'), 'audit'),
    erasureSigning: signingFile(join(keysDir, 'erasure-signing.jwk.json'), 'erasure'),
    analyticsSecret: secretFile(join(keysDir, 'analytics-secret')),
  };
}

/** @returns the path */
function signingFile(file: string, kid: string): string {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeSecret(file, JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid, alg: 'EdDSA' }));
  }
  return file;
}

function secretFile(file: string): string {
  if (!existsSync(file)) writeSecret(file, randomBytes(32).toString('base64'));
  return readFileSync(file, 'utf8');
}

/** Written beside and renamed, so that a crash never leaves half a key. */
function writeSecret(file: string, content: string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
