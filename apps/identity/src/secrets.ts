import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Keys of identity, each derived for one use (HKDF-SHA256, RFC 5869), and what is made with them. */
export interface Secrets {
  /** Id of an address's claim: tells nothing to who has only the store. */
  emailHash(email: string): string;
  /** Id of a slug's claim. */
  slugHash(slug: string): string;
  /** Id of the claim of an account's name. */
  accountNameHash(name: string): string;
  /** Id of a domain's claim. */
  domainHash(domain: string): string;
  /** Id of an identity of another issuer. */
  providerHash(issuer: string, subject: string): string;
  /** Key that refresh tokens are made with. */
  refreshKey: Buffer;
  /** Keys that tokens in mails are made with. */
  verificationKey: Buffer;
  passwordResetKey: Buffer;
  invitationKey: Buffer;
  emailChangeKey: Buffer;
  /** Key that the secrets of API keys are made with; those that were given out stay good with another one. */
  apiKeyKey: Buffer;
  /** Key that recovery codes are made with, together with the salt of their set. */
  recoveryKey: Buffer;
  /** Key that one-time challenges are made with. */
  challengeKey: Buffer;
  /** AES-256-GCM under a key of its own; `purpose` must be the same when opened. */
  seal(purpose: string, text: string): string;
  open(purpose: string, sealed: string): string;
}

/**
 * @param kek the 32 bytes of KEY_ENCRYPTION_KEY; another one ends every refresh token, needs new signing keys,
 *   and leaves authenticator apps and recovery codes good for nothing
 * @param lookup the 32 bytes of LOOKUP_SECRET, which stream names are made with: it never changes
 */
export function deriveSecrets(kek: Buffer, lookup: Buffer): Secrets {
  const derive = (from: Buffer, use: string) => Buffer.from(hkdfSync('sha256', from, 'annals-identity', use, 32));
  const key = (use: string) => derive(kek, use);
  const emailKey = derive(lookup, 'email-claim');
  const slugKey = derive(lookup, 'slug-claim');
  const accountNameKey = derive(lookup, 'account-name-claim');
  const domainKey = derive(lookup, 'domain-claim');
  const providerKey = derive(lookup, 'provider-identity');
  const sealingKey = key('seal');
  return {
    emailHash: (email) => keyedHash(emailKey, email),
    slugHash: (slug) => keyedHash(slugKey, slug),
    accountNameHash: (name) => keyedHash(accountNameKey, name),
    domainHash: (domain) => keyedHash(domainKey, domain),
    providerHash: (issuer, subject) => keyedHash(providerKey, JSON.stringify([issuer, subject])),
    refreshKey: key('refresh-token'),
    verificationKey: key('email-verification'),
    invitationKey: key('invitation'),
    passwordResetKey: key('password-reset'),
    emailChangeKey: key('email-change'),
    apiKeyKey: key('api-key'),
    recoveryKey: key('recovery-codes'),
    challengeKey: key('one-time-challenges'),
    seal: (purpose, text) => seal(sealingKey, purpose, text),
    open: (purpose, sealed) => open(sealingKey, purpose, sealed),
  };
}

/** HMAC-SHA256 cut to 128 bits, in hex. */
const keyedHash = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest('hex').slice(0, 32);

function seal(key: Buffer, purpose: string, text: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose));
  return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function open(key: Buffer, purpose: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(purpose));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
}
