import { createHash, createHmac } from 'node:crypto';
import { writeApiKey } from '@annals/auth';
import type { Secrets } from '../secrets.js';

interface NamedKey {
  account_id: string;
  key_id: string;
}

/**
 * The secret of one text of a key. It follows from its id and a key of this installation, so that a client whose answer
 * got lost gets the same one when it repeats its request, and nothing that could be shown again is stored.
 */
function secretOf({ apiKeyKey }: Secrets, { key_id }: NamedKey, credentialId: string): Buffer {
  return createHmac('sha256', apiKeyKey).update(`${key_id}/${credentialId}`).digest();
}

/** The text its holder gets. */
export function keyText(secrets: Secrets, { account_id, key_id }: NamedKey, credentialId: string): string {
  return writeApiKey({ account_id, key_id, secret: secretOf(secrets, { account_id, key_id }, credentialId) });
}

/** What is stored of a secret. */
export const secretHash = (secret: Buffer): Buffer => createHash('sha256').update(secret).digest();

/** What is stored of one text of a key. */
export const credentialHash = (secrets: Secrets, key: NamedKey, credentialId: string): Buffer =>
  secretHash(secretOf(secrets, key, credentialId));
