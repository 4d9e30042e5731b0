import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Problem, type Purpose } from '@annals/contracts';
import { holderOf, type SubjectKeys } from './subject-keys.js';

/** Layout: version, length of the key's id, that id, 12 bytes nonce, ciphertext, 16 bytes tag. */
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** Whose bytes they are, and where they lie: moved to another place they do not open. */
export interface BytesPlace {
  subject: string;
  /** The account that holds them; null for what is held for no account. */
  accountId: string | null;
  name: string;
}

/** What a seal is bound to. */
export const boundTo = ({ subject, name }: Pick<BytesPlace, 'subject' | 'name'>) => Buffer.from(`${subject}|${name}`);

/**
 * Encrypts bytes that lie outside of events (AES-256-GCM, NIST SP 800-38D) with their subject's own key, so that erasing
 * the person erases them too, wherever copies are.
 * @throws Problem 410 `subject-erased`
 */
export async function sealBytes(
  keys: Pick<SubjectKeys, 'current'>,
  place: BytesPlace,
  purpose: Purpose,
  content: Buffer,
): Promise<Buffer> {
  const { id, key } = await keys.current(holderOf(place.subject, place.accountId), purpose);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(place));
  const keyId = Buffer.from(id, 'utf8');
  const head = Buffer.concat([Buffer.from([version, keyId.length]), keyId, nonce]);
  return Buffer.concat([head, cipher.update(content), cipher.final(), cipher.getAuthTag()]);
}

/**
 * The bytes in clear, checked whole.
 * @throws Problem 410 `subject-erased` when their key is gone; Error when they were changed or moved
 */
export async function openBytes(keys: Pick<SubjectKeys, 'find'>, place: BytesPlace, sealed: Buffer): Promise<Buffer> {
  if (sealed[0] !== version) throw new Error(`${place.name} is of an unknown layout`);
  const keyEnd = 2 + (sealed[1] ?? 0);
  const key = await keys.find(sealed.subarray(2, keyEnd).toString('utf8'));
  if (key === 'erased') throw new Problem(410, 'subject-erased', 'What this held has been erased');
  const nonce = sealed.subarray(keyEnd, keyEnd + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key.key, nonce).setAAD(boundTo(place));
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
  return Buffer.concat([
    decipher.update(sealed.subarray(keyEnd + nonceBytes, sealed.length - tagBytes)),
    decipher.final(),
  ]);
}
