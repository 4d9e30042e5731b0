import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Text that this service alone can read again: AES-256-GCM (NIST SP 800-38D), in base64url. */
export interface SealedTexts {
  /** `purpose` must be the same when opened. */
  seal(purpose: string, text: string): string;
  /** @throws Error for what was not sealed with this key and for this purpose */
  open(purpose: string, sealed: string): string;
}

const nonceBytes = 12;
const tagBytes = 16;

/** @param key 32 bytes, for this use alone */
export function sealedTexts(key: Buffer): SealedTexts {
  return {
    seal(purpose, text) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose));
      const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return Buffer.concat(sealed).toString('base64url');
    },
    open(purpose, sealed) {
      const bytes = Buffer.from(sealed, 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes)).setAAD(Buffer.from(purpose));
      decipher.setAuthTag(bytes.subarray(-tagBytes));
      return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
    },
  };
}
