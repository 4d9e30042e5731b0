import { domainToASCII } from 'node:url';
import { Problem } from '@annals/contracts';
import publicProviders from 'email-providers/all.json';
import { addressOf } from '../email/address-of.js';
import type { Identity } from '../identity.js';
import { isKnown, users } from '../user/user.js';

/** A host name of at least two labels (RFC 1035 §2.3.1), in ASCII. */
const hostName = /^(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?=.*[a-z])[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Where anybody gets an address, and the list does not know it. */
const alsoPublic = [
  ...['duck.com', 'disroot.org', 'fastmail.com', 'keemail.me', 'mailfence.com', 'mozmail.com', 'passmail.net'],
  ...['posteo.de', 'posteo.net', 'riseup.net', 'simplelogin.com', 'skiff.com', 'startmail.com', 'tuta.com', 'tuta.io'],
  ...['tutamail.com', 'tutanota.com', 'users.noreply.github.com', 'zohomail.com'],
];

let publicDomains: ReadonlySet<string> | undefined;

const isPublic = (domain: string) => (publicDomains ??= new Set([...publicProviders, ...alsoPublic])).has(domain);

/** The domain of an address in ASCII; null when it has none that a name server would know. */
export function domainOf(address: string): string | null {
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1));
  return hostName.test(domain) ? domain : null;
}

/**
 * A domain that somebody names for an account, in ASCII. They must have proved an address in it, and nobody else may
 * get one there for the asking.
 * @throws Problem 400 `domain-invalid`, `domain-public`; 403 `domain-not-proven`
 */
export async function ownDomain({ store }: Identity, userId: string, named: string): Promise<string> {
  const domain = named.includes('@') ? null : domainOf(named.toLowerCase());
  if (domain === null) throw new Problem(400, 'domain-invalid', 'This is not the name of a mail domain');
  if (isPublic(domain)) {
    throw new Problem(400, 'domain-public', 'Anybody can have an address in this domain: it cannot be one account’s');
  }
  const [{ state: user }, address] = await Promise.all([store.load(users, userId), addressOf(store, userId)]);
  if (isKnown(user) && user.email_verified && address !== null && domainOf(address) === domain) return domain;
  throw new Problem(403, 'domain-not-proven', 'Only who has proved an address in this domain can name it');
}
