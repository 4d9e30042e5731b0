import { createHmac, hkdfSync } from 'node:crypto';
import { type SealedTexts, sealedTexts } from '@annals/service';

/** Keys of identity, each derived for one use (HKDF-SHA256, RFC 5869), and what is made with them. */
export interface Secrets extends SealedTexts {
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
    ...sealedTexts(key('seal')),
  };
}

/** HMAC-SHA256 cut to 128 bits, in hex. */
const keyedHash = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest('hex').slice(0, 32);
