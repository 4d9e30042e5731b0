import { emails } from '../email/email.js';
import type { Identity } from '../identity.js';
import { isKnown, users, type User } from './user.js';

/** Stands in for the person of an address that nobody has, so that the same work is done. */
export const nobody = '00000000-0000-0000-0000-000000000000';

export interface PersonOfAddress {
  email_hash: string;
  /** `nobody` when the address is nobody's. */
  user_id: string;
  user: User;
}

/**
 * Who is reached at an address. A claim alone does not make it theirs: it comes before their registration or change is
 * complete, and goes after another one. Does the same reads for every address.
 */
export async function personOfAddress({ store, secrets }: Identity, email: string): Promise<PersonOfAddress> {
  const email_hash = secrets.emailHash(email);
  const { state: claim } = await store.load(emails, email_hash);
  const user_id = claim.kind === 'claimed' ? claim.user_id : nobody;
  const { state: user } = await store.load(users, user_id);
  if (isKnown(user) && user.email_hash === email_hash) return { email_hash, user_id, user };
  return { email_hash, user_id: nobody, user: { kind: 'unknown' } };
}
