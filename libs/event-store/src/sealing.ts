import { createCipheriv, createDecipheriv, createSecretKey, randomFillSync, type KeyObject } from 'node:crypto';
import { Problem } from '@annals/contracts';
import { erased } from './erased.js';
import type { SubjectKey } from './subject-keys.js';

/** Stored form of a personal value: `v1.<key id>.<iv>.<ciphertext and tag>`, base64url. */
export interface Sealed {
  sealed: string;
}

/** The place a value is bound to. A sealed value copied to another place does not open. */
export interface SealPlace {
  subject: string;
  stream: string;
  eventId: string;
  /** Property names and indexes joined by dots. */
  path: string;
}

const ivBytes = 12;
const tagBytes = 16;
const form = /^v1\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{22,})$/;

// A bar inside a part is escaped: two different places never give the same text.
const part = (text: string): string => text.replaceAll('%', '%25').replaceAll('|', '%7C');
const boundTo = (place: SealPlace): Buffer =>
  Buffer.from(`${part(place.subject)}|${part(place.stream)}|${part(place.eventId)}|${part(place.path)}`);

/** True for the stored form and nothing else: one property that holds a seal of a known version. */
export function isSealed(value: unknown): value is Sealed {
  if (typeof value !== 'object' || value === null || !('sealed' in value)) return false;
  return typeof value.sealed === 'string' && value.sealed.startsWith('v1.') && Object.keys(value).length === 1;
}

// Many at a time: asking for 12 random bytes costs half as much as encrypting with them.
const ivs = Buffer.alloc(ivBytes * 256);
let ivsUsed = ivs.length;
function freshIv(): Buffer {
  if (ivsUsed === ivs.length) {
    randomFillSync(ivs);
    ivsUsed = 0;
  }
  return Buffer.from(ivs.subarray(ivsUsed, (ivsUsed += ivBytes)));
}

// OpenSSL's form of a key takes longer to make than a field to seal; it lives no longer than the key's own bytes.
const prepared = new WeakMap<Buffer, KeyObject>();
function secretOf({ key }: SubjectKey): KeyObject {
  let secret = prepared.get(key);
  if (!secret) prepared.set(key, (secret = createSecretKey(key)));
  return secret;
}

/** AES-256-GCM over the JSON of a value, with a fresh IV and the place as additional data (NIST SP 800-38D). */
export function seal(value: unknown, key: SubjectKey, place: SealPlace): Sealed {
  const iv = freshIv();
  const cipher = createCipheriv('aes-256-gcm', secretOf(key), iv, { authTagLength: tagBytes });
  cipher.setAAD(boundTo(place));
  const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { sealed: `v1.${key.id}.${iv.toString('base64url')}.${body.toString('base64url')}` };
}

/** Id of the key that a value was sealed with. @throws Problem 500 `sealed-value-invalid` */
export function keyIdOf(value: Sealed): string {
  return parts(value).keyId;
}

/**
 * Opens a value with its key, or answers `Erased` when the key was destroyed.
 * @throws Problem 500 `sealed-value-invalid` when it was altered or belongs to another place
 */
export function unseal(value: Sealed, key: SubjectKey | 'erased', place: SealPlace): unknown {
  if (key === 'erased') return erased;
  const { iv, body } = parts(value);
  const split = body.length - tagBytes;
  const opener = createDecipheriv('aes-256-gcm', secretOf(key), iv, { authTagLength: tagBytes });
  opener.setAAD(boundTo(place));
  opener.setAuthTag(body.subarray(split));
  try {
    return JSON.parse(opener.update(body.subarray(0, split), undefined, 'utf8') + opener.final('utf8'));
  } catch (error) {
    throw invalid('it was altered, or moved from where it was sealed', error);
  }
}

function parts(value: Sealed): { keyId: string; iv: Buffer; body: Buffer } {
  const match = form.exec(value.sealed);
  if (!match) throw invalid('it has not the form of a sealed value');
  return { keyId: match[1]!, iv: Buffer.from(match[2]!, 'base64url'), body: Buffer.from(match[3]!, 'base64url') };
}

const invalid = (why: string, cause?: unknown): Problem =>
  new Problem(500, 'sealed-value-invalid', `A sealed value does not open: ${why}`, { cause });
