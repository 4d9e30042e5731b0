import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const ivBytes = 12;
const tagBytes = 16;
const keyBytes = 32;

/** Wraps subject keys with the key-encryption key, so that the database alone opens nothing. */
export interface KeyWrapping {
  /** Names the key-encryption key without telling it. */
  readonly kekId: string;
  wrap(key: Buffer, boundTo: string): Buffer;
  /** @throws Error when the bytes were not wrapped by this key for this very purpose. */
  unwrap(wrapped: Buffer, boundTo: string): Buffer;
}

/** AES-256-GCM (NIST SP 800-38D): IV, ciphertext, tag. `boundTo` is authenticated: a key moved to another row does not open. */
export function keyWrapping(kek: Buffer): KeyWrapping {
  if (kek.length !== keyBytes) throw new Error(`The key-encryption key has ${kek.length} bytes; it needs ${keyBytes}.`);
  return {
    kekId: createHash('sha256').update('annals.kek').update(kek).digest('hex').slice(0, 16),
    wrap(key, boundTo) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', kek, iv).setAAD(Buffer.from(boundTo));
      return Buffer.concat([iv, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
    },
    unwrap(wrapped, boundTo) {
      const decipher = createDecipheriv('aes-256-gcm', kek, wrapped.subarray(0, ivBytes), { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(boundTo)).setAuthTag(wrapped.subarray(-tagBytes));
      const opened = decipher.update(wrapped.subarray(ivBytes, -tagBytes));
      try {
        decipher.final();
        // Not of the pool: what lives as long as a key would keep all that was once beside it.
        return Buffer.from(new Uint8Array(opened).buffer);
      } finally {
        opened.fill(0);
      }
    },
  };
}

/** A new random key for AES-256. */
export function newKey(): Buffer {
  return randomBytes(keyBytes);
}
