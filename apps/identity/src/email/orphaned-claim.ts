import { derivedId } from '@annals/event-store';
import type { Asking } from '../asking.js';
import type { Identity } from '../identity.js';
import { abandonRegistration } from '../user/abandon-registration.js';
import { isKnown, users } from '../user/user.js';
import { dropUnusedClaim } from './drop-unused-claim.js';
import { emails } from './email.js';
import { releaseEmail } from './release-email.js';

/** A registration that has not come further within this time is taken for dead. */
const patienceMs = 60_000;

/**
 * Frees an address whose registration died between claiming it and making its user, or whose holder uses another one.
 * Looked at when somebody wants the address, which is when it matters. The dead registration is shut first, so it cannot
 * come back and share the address.
 */
export async function freeOrphanedClaim(identity: Identity, asking: Asking, email_hash: string): Promise<void> {
  const { store } = identity;
  const { state: email } = await store.load(emails, email_hash);
  if (email.kind === 'free' || Date.parse(asking.now) - Date.parse(email.claimed_at) < patienceMs) return;
  const { user_id, claimed_at } = email;
  const { state: holder } = await store.load(users, user_id);
  if (isKnown(holder)) return dropUnusedClaim(identity, asking, { email_hash, user_id, reason: 'change-abandoned' });
  const { context, now } = asking;
  const step = (name: string) => ({ id: derivedId(user_id, `${name} ${claimed_at}`), context, now, accountId: null });
  const { state: user } = await store.execute(users, user_id, {
    ...step('abandon'),
    decide: (state) => abandonRegistration(state, { user_id, email_hash }),
  });
  if (user.kind !== 'abandoned') return;
  await store.execute(emails, email_hash, {
    ...step('release'),
    decide: (state) => releaseEmail(state, { email_hash, user_id, reason: 'registration-abandoned' }),
  });
}
